import { readFileSync } from 'node:fs';

/**
 * Resident bytes of a process, or null where it is gone or the system does not say (only Linux does): there, memory is
 * bounded by what is admitted alone.
 */
export function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
