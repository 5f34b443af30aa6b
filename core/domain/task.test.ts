import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskUpdate } from './events.ts';
import { applyUpdate, isTerminal, queuedState, type TaskState } from './task.ts';
import { anyUpdate } from './testing/update-log.ts';
import { must } from '#core/domain/testing/must.ts';

const task = {
  task_id: '0190a1b2-0000-7000-8000-000000000001',
  image_id: '0190a1b2-0000-7000-8000-000000000002',
  user_id: 'owner',
};
const start = queuedState(1, '2026-01-01T00:00:00.000Z');
const log = fc.array(anyUpdate(task), { maxLength: 25 });

function fold(updates: TaskUpdate[], from: TaskState = start): TaskState {
  return updates.reduce(applyUpdate, from);
}

function states(updates: TaskUpdate[]): TaskState[] {
  const all = [start];
  for (const update of updates) all.push(applyUpdate(must(all.at(-1)), update));
  return all;
}

describe('whatever the log says', () => {
  test('a terminal state changes no more within its run', () => {
    fc.assert(
      fc.property(log, (updates) => {
        for (const [n, state] of states(updates).entries()) {
          if (!isTerminal(state.status)) continue;
          const sameRun = updates.slice(n).filter(({ run }) => run <= state.run);
          expect(fold(sameRun, state)).toBe(state);
        }
      }),
    );
  });

  test('the run never falls; within a run attempts and the parts that are there only grow', () => {
    fc.assert(
      fc.property(log, (updates) => {
        const all = states(updates);
        for (const [n, after] of all.entries()) {
          const before = all[n - 1];
          if (!before) continue;
          expect(after.run).toBeGreaterThanOrEqual(before.run);
          if (after.run > before.run) continue;
          expect(after.attempts).toBeGreaterThanOrEqual(before.attempts);
          expect(after.derivatives.map(({ name }) => name)).toEqual(
            expect.arrayContaining(before.derivatives.map(({ name }) => name)),
          );
          expect(after.warnings).toEqual(expect.arrayContaining(before.warnings));
        }
      }),
    );
  });

  test('reading on from anywhere before, however often, changes nothing', () => {
    const rereads = fc.array(fc.tuple(fc.nat(25), fc.nat(25)), { maxLength: 4 });
    fc.assert(
      fc.property(log, rereads, (updates, jumps) => {
        const delivered: TaskUpdate[] = [];
        let at = 0;
        for (const [reached, back] of jumps) {
          const until = Math.max(at, Math.min(reached, updates.length));
          delivered.push(...updates.slice(at, until));
          at = Math.min(back, until);
        }
        delivered.push(...updates.slice(at));
        expect(fold(delivered)).toEqual(fold(updates));
      }),
    );
  });

  test('an update said again at any later time changes nothing, and gives back the same object', () => {
    fc.assert(
      fc.property(log, fc.nat(), (updates, n) => {
        const state = fold(updates);
        const again = updates[n % updates.length];
        expect(again ? applyUpdate(state, again) : state).toBe(state);
      }),
    );
  });

  test('any interleaving of different tasks folds to the same board', () => {
    const tasks = [1, 2, 3].map((n) => ({ ...task, task_id: task.task_id.slice(0, -1) + n }));
    const logs = fc.tuple(...tasks.map((each) => fc.array(anyUpdate(each), { maxLength: 10 })));
    fc.assert(
      fc.property(logs, fc.array(fc.nat(2), { maxLength: 40 }), (all, picks) => {
        const apart = all.map((updates) => fold(updates));
        const board = new Map(tasks.map(({ task_id }) => [task_id, start]));
        const queues = all.map((updates) => [...updates]);
        const mixed = picks.flatMap((pick) => must(queues[pick]).splice(0, 1));
        for (const update of [...mixed, ...queues.flat()])
          board.set(update.task_id, applyUpdate(must(board.get(update.task_id)), update));
        expect([...board.values()]).toEqual(apart);
      }),
    );
  });

  test('the state given is left as it was', () => {
    fc.assert(
      fc.property(log, anyUpdate(task), (updates, update) => {
        const state = fold(updates);
        const copy = structuredClone(state);
        applyUpdate(state, update);
        expect(state).toEqual(copy);
      }),
    );
  });
});

describe('a task', () => {
  const said = (changes: TaskUpdate['changes'], rest: Partial<TaskUpdate> = {}): TaskUpdate => ({
    ...task,
    id: 'an-id',
    type: 'task.progressed',
    timestamp: '2026-01-01T00:00:05.000Z',
    version: 1,
    batch: null,
    run: 1,
    attempt: 1,
    worker: 'worker-a',
    changes,
    ...rest,
  });

  test('goes from queued over running to done', () => {
    const running = applyUpdate(start, said({ status: 'running', started_at: '2026-01-01T00:00:05.000Z' }));
    expect(running).toMatchObject({
      status: 'running',
      attempts: 1,
      worker: 'worker-a',
      started_at: '2026-01-01T00:00:05.000Z',
    });
    const large = { name: 'large', format: 'webp', width: 1920, height: 1080, bytes: 10 };
    const small = { name: 'small', format: 'webp', width: 256, height: 144, bytes: 1 };
    const progressed = applyUpdate(running, said({ derivatives: [small] }));
    const done = applyUpdate(
      progressed,
      said({ status: 'done', derivatives: [large, small], finished_at: '2026-01-01T00:00:06.000Z' }),
    );
    expect(done).toMatchObject({
      status: 'done',
      derivatives: [large, small],
      finished_at: '2026-01-01T00:00:06.000Z',
      error: null,
    });
  });

  test('that is tried again forgets the error of the attempt before', () => {
    const error = { code: 'decoder_timeout', detail: 'It took too long.' };
    const retrying = fold([said({ status: 'running' }), said({ status: 'retrying', error })]);
    expect(retrying).toMatchObject({ status: 'retrying', error });
    expect(applyUpdate(retrying, said({ status: 'running' }, { attempt: 2 }))).toMatchObject({
      status: 'running',
      error: null,
      attempts: 2,
    });
  });

  test('that was cancelled is not done by a worker that did not hear of it', () => {
    const cancelled = fold([said({ status: 'running' }), said({ status: 'cancelled' }, { worker: null })]);
    expect(applyUpdate(cancelled, said({ status: 'done' }))).toBe(cancelled);
  });

  test('begins afresh with the next run, and hears nothing of the one before', () => {
    const failed = fold([
      said({ status: 'running' }),
      said({ status: 'failed', error: { code: 'damaged_image', detail: '' } }),
    ]);
    const again = applyUpdate(
      failed,
      said({ status: 'queued' }, { run: 2, attempt: 0, timestamp: '2026-01-01T00:01:00.000Z' }),
    );
    expect(again).toEqual({ ...queuedState(2, '2026-01-01T00:01:00.000Z') });
    expect(applyUpdate(again, said({ status: 'done' }))).toBe(again);
  });

  test('that a worker gave back runs again when the next one starts the same attempt', () => {
    const first = applyUpdate(start, said({ status: 'running' }));
    const second = applyUpdate(
      first,
      said({ status: 'running' }, { worker: 'worker-b', timestamp: '2026-01-01T00:00:09.000Z' }),
    );
    expect(second).toMatchObject({ worker: 'worker-b', attempts: 1, status_at: '2026-01-01T00:00:09.000Z' });
  });

  test('is not held in retrying by progress that overtook the next start', () => {
    const error = { code: 'decoder_timeout', detail: '' };
    const state = fold([said({ status: 'retrying', error }), said({ placeholder: 'aaaa' }, { attempt: 2 })]);
    expect(applyUpdate(state, said({ status: 'running' }, { attempt: 2 }))).toMatchObject({
      status: 'running',
      attempts: 2,
    });
  });
});
