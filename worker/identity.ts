import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A name for this worker, `machine-pid-random`: unique, and it says where to look for its process. */
export function newWorkerId(): string {
  return `${machine()}-${process.pid}-${randomBytes(2).toString('hex')}`;
}

/** True if the worker of that name ran on this machine and its process is gone; null if it ran on another. */
export function isDead(worker: string): boolean | null {
  const [host, id] = worker.split('-');
  const pid = Number(id);
  if (host !== machine() || !Number.isSafeInteger(pid) || pid <= 0) return null;
  return pid === process.pid || !isRunning(pid);
}

function machine(): string {
  return (
    hostname()
      .replaceAll(/[^A-Za-z0-9.]/g, '')
      .slice(0, 40) || 'machine'
  );
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
