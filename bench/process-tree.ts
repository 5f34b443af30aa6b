import { readdirSync, readFileSync } from 'node:fs';

/** Kernel's unit of processor time in /proc: a hundredth of a second on every Linux there is. */
const ticksPerSecond = 100;

/** The process and all that it started, directly or not. */
export function processTree(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** Processor time that they used so far, together. */
export function cpuSeconds(pids: number[]): number {
  const ticks = pids.map((pid) => {
    // The name in parentheses may contain anything; user and system time are the 12th and 13th field behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, n) => sum + n, 0) / ticksPerSecond;
}

/** Resident bytes: `rss` counts shared pages in full, `pss` its share of them, so that sums of it are right. */
export function memoryOf(pid: number): { name: string; pss: number; rss: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]);
  const script = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .find((word) => /\.m?[jt]s$/.test(word));
  const name = script?.split('/').slice(-2).join('/') ?? `process ${pid}`;
  return { name, pss: kibibytes('Pss') * 1024, rss: kibibytes('Rss') * 1024 };
}
