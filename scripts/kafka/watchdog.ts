import { rmSync } from 'node:fs';

/** What has to go when the process that started it is gone. */
export interface Charge {
  readonly pids: number[];
  readonly folder: string | null;
}

let charge: Charge = { pids: [], folder: null };

/**
 * A process that outlives the one which started it by a moment: when the channel between them closes, however that came
 * about, it kills the processes that it was told about last, removes their folder, and ends.
 */
process.on('message', (latest: Charge) => (charge = latest));
process.on('disconnect', () => {
  for (const pid of charge.pids) kill(pid);
  if (charge.folder) rmSync(charge.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
