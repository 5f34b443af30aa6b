import { vi } from 'vitest';
import { readConfig } from '#core/config.ts';
import { openDatabase } from '#core/database/open.ts';
import { counted, faultsOf } from '../kills/outcome.ts';
import type { LiveBoard } from '../live-board.ts';
import type { OutageRig } from './rig.ts';
import type { Sent } from './steady-uploads.ts';

const drainMs = 120_000;
const boardMs = 15_000;

/** Resolves once so many pictures are done. */
export async function untilDone(url: string, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const done = await counted(url, 'done');
      if (done < count) throw new Error(`${done} of ${count} pictures are done.`);
    },
    { timeout: drainMs, interval: 100 },
  );
}

/**
 * What is wrong by the API, the database, the charts and a board that was open all the time. Nothing is where every picture
 * that was accepted is done, exactly once and at its first attempt, and nothing else is there.
 */
export async function faultsAfter(rig: OutageRig, sent: readonly Sent[], board: LiveBoard): Promise<string[]> {
  const { url } = rig.server;
  const faults: string[] = [];
  for (const picture of sent) faults.push(...(await faultsOf(url, picture)));
  for (const [metric, count] of [
    ['created', sent.length] as const,
    ['done', sent.length] as const,
    ['failed', 0] as const,
  ]) {
    const found = await counted(url, metric);
    if (found !== count) faults.push(`the charts counted ${found} ${metric}, not ${count}`);
  }
  const expected = sent.map(({ taskId }) => `${taskId} done`).toSorted();
  const { tasks, retried, promised } = await readRows(rig);
  if (!isSame(tasks, expected)) faults.push(`the database has ${tasks.length} tasks: ${difference(tasks, expected)}`);
  if (retried > 0) faults.push(`${retried} tasks had more than one attempt`);
  if (promised > 0) faults.push(`${promised} messages were not published`);
  await vi
    .waitFor(() => {
      const shown = board.tasks().map(({ id, status }) => `${id} ${status}`);
      if (board.state() === 'live' && isSame(shown.toSorted(), expected)) return;
      throw new Error(`the board is ${board.state()} and differs: ${difference(shown, expected)}`);
    }, boardMs)
    .catch((error: Error) => faults.push(error.message));
  return faults;
}

async function readRows({ environment }: OutageRig): Promise<{ tasks: string[]; retried: number; promised: number }> {
  await using database = await openDatabase(readConfig(environment));
  return await database.read(async (trx) => {
    const rows = await trx.selectFrom('tasks').select(['id', 'status', 'attempts']).execute();
    const outbox = await trx.selectFrom('outbox').select('topic').execute();
    return {
      tasks: rows.map(({ id, status }) => `${id} ${status}`).toSorted(),
      retried: rows.filter(({ attempts }) => attempts > 1).length,
      promised: outbox.length,
    };
  });
}

function isSame(found: string[], expected: string[]): boolean {
  return found.length === expected.length && found.every((each, index) => each === expected[index]);
}

function difference(found: string[], expected: string[]): string {
  return [...new Set(found).symmetricDifference(new Set(expected))].slice(0, 10).join(', ');
}
