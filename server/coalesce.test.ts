import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskUpdate } from '#core/domain/events.ts';
import { applyUpdate, queuedState, type TaskState } from '#core/domain/task.ts';
import { coalesce } from './coalesce.ts';
import { updateOf } from './fixtures/updates.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const derivative = (name: string) => ({ name, format: 'webp', width: 100, height: 50, bytes: 10 });
const names = ['large', 'medium', 'small'];

const update: fc.Arbitrary<TaskUpdate> = fc
  .record({
    type: fc.constantFrom(
      'task.queued',
      'task.started',
      'task.progressed',
      'task.retrying',
      'task.done',
      'task.failed',
      'task.cancelled',
    ),
    task: fc.constantFrom(1, 2),
    run: fc.integer({ min: 1, max: 3 }),
    attempt: fc.integer({ min: 0, max: 3 }),
    second: fc.integer({ min: 0, max: 9 }),
    worker: fc.constantFrom('a', 'b', null),
    derivatives: fc.subarray(names),
    warnings: fc.option(fc.subarray(['blurred', 'tilted']), { nil: undefined }),
    placeholder: fc.option(fc.constantFrom('p', 'q'), { nil: undefined }),
  })
  .map(({ type, task, run, attempt, second, worker, derivatives, warnings, placeholder }) => {
    const about = updateOf({ task, run, attempt, worker, timestamp: at(second) });
    if (type === 'task.queued') return { ...about, type, attempt: 0, changes: { status: 'queued', task: seed } };
    if (type === 'task.started') return { ...about, type, changes: { status: 'running', started_at: at(second) } };
    if (type === 'task.retrying')
      return { ...about, type, changes: { status: 'retrying', error: { code: 'x', detail: '' } } };
    if (type === 'task.progressed')
      return { ...about, type, changes: { derivatives: derivatives.map(derivative), warnings, placeholder } };
    const status = type.slice('task.'.length) as 'done' | 'failed' | 'cancelled';
    const all = type === 'task.done' ? names : derivatives;
    return {
      ...about,
      type,
      changes: { status, derivatives: all.map(derivative), started_at: at(0), placeholder, warnings },
    };
  });
const seed = { filename: 'a.jpg', preset: 'web', format: 'jpeg', width: 1, height: 1, bytes: 1, created_at: at(0) };

/** The board after these updates: a row appears with its facts, and a deletion takes it away. */
function board(updates: TaskUpdate[], before: Map<string, TaskState>): Map<string, TaskState> {
  const rows = new Map(before);
  for (const each of updates) {
    const row = rows.get(each.task_id) ?? (each.changes.task ? queuedState(each.run, each.timestamp) : undefined);
    if (each.type === 'task.deleted') rows.delete(each.task_id);
    else if (row) rows.set(each.task_id, applyUpdate(row, each));
  }
  return rows;
}

test('fewer updates fold to the same board from any state', () => {
  fc.assert(
    fc.property(fc.array(update, { maxLength: 8 }), fc.array(update, { maxLength: 14 }), (earlier, updates) => {
      const known = new Map([1, 2].map((task) => [updateOf({ task }).task_id, queuedState(1, at(0))]));
      const before = board(earlier, known);
      expect(board(coalesce(updates), before)).toEqual(board(updates, before));
    }),
    { numRuns: 3000 },
  );
});

test('a done task needs its facts and its end only', () => {
  const about = updateOf({ task: 1, run: 1, attempt: 1, worker: 'a', timestamp: at(1) });
  const queued = {
    ...about,
    type: 'task.queued' as const,
    attempt: 0,
    changes: { status: 'queued' as const, task: seed },
  };
  const started = {
    ...about,
    type: 'task.started' as const,
    changes: { status: 'running' as const, started_at: at(1) },
  };
  const progressed = { ...about, type: 'task.progressed' as const, changes: { derivatives: [derivative('large')] } };
  const done = {
    ...about,
    type: 'task.done' as const,
    changes: { status: 'done' as const, started_at: at(1), derivatives: names.map(derivative) },
  };
  expect(coalesce([queued, started, progressed, done])).toEqual([queued, done]);
  expect(coalesce([started, progressed])).toEqual([started, progressed]);
});

test('of a deleted task only its deletion is left', () => {
  const about = updateOf({ task: 1 });
  const deleted = { ...about, type: 'task.deleted' as const, changes: {} };
  const other = updateOf({ task: 2 });
  expect(coalesce([about, other, deleted])).toEqual([other, deleted]);
});
