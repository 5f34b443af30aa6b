import { openLiveBoard } from '../live-board.ts';
import { faultsAfter, untilDone } from './aftermath.ts';
import { untilReadiness } from './readiness.ts';
import type { OutageRig } from './rig.ts';
import { uploadSteadily, type SteadyUploads } from './steady-uploads.ts';

const everyMs = 100;
const before = 10;

/**
 * Sends pictures without a pause, lets `outage` happen in the middle of it, and says what was wrong in the end: nothing
 * where every picture was accepted and is done once, by the same processes, and the board went on by itself. The rig runs.
 */
export async function faultsThrough(
  rig: OutageRig,
  outage: (uploads: SteadyUploads) => Promise<void>,
): Promise<string[]> {
  const { server, workers } = rig;
  const programs = [server, ...workers];
  const pids = programs.map(({ pid }) => pid);
  await using board = await openLiveBoard(server.url);
  const uploads = uploadSteadily(server.url, rig.folder, everyMs);
  try {
    await untilDone(server.url, before);
    await outage(uploads);
    const overAt = performance.now();
    await untilReadiness(server.url, 200);
    const readyAt = performance.now();
    await uploads.stop();
    await untilDone(server.url, uploads.sent.length);
    report(uploads, { ready: readyAt - overAt, drained: performance.now() - overAt });
  } finally {
    await uploads.stop();
  }
  const restarted = programs
    .filter(({ pid }, index) => pid !== pids[index])
    .map(({ name }) => `${name} is another process`);
  const deaths = programs.map(({ death }) => death).filter((death) => death !== null);
  return [...uploads.refused, ...deaths, ...restarted, ...(await faultsAfter(rig, uploads.sent, board))];
}

function report({ sent }: SteadyUploads, after: { ready: number; drained: number }): void {
  const slowest = Math.max(...sent.map(({ ms }) => ms));
  const times = `ready again after ${toSeconds(after.ready)} s, drained after ${toSeconds(after.drained)} s`;
  console.info(`${sent.length} pictures, the slowest answered in ${Math.round(slowest)} ms; ${times}.`);
}

function toSeconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
