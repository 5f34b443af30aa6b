import fc from 'fast-check';
import type { TaskUpdate } from '#core/domain/events.ts';
import { taskStatuses } from '#core/domain/task.ts';

const typeOf = {
  queued: 'task.queued',
  running: 'task.started',
  retrying: 'task.retrying',
  done: 'task.done',
  failed: 'task.failed',
  cancelled: 'task.cancelled',
} as const;

const timestamp = fc.integer({ min: 0, max: 20 }).map((n) => new Date(Date.UTC(2026, 0, 1) + n * 700).toISOString());

const derivative = fc.record({
  name: fc.constantFrom('large', 'medium', 'small'),
  format: fc.constant('webp'),
  width: fc.integer({ min: 1, max: 3 }),
  height: fc.constant(1),
  bytes: fc.integer({ min: 0, max: 3 }),
});

/** Whatever a worker, a zombie and a server may have said of a task; more kinds of nonsense than there are in a real log. */
export function anyUpdate(task: { task_id: string; image_id: string; user_id: string }): fc.Arbitrary<TaskUpdate> {
  return fc
    .record({
      id: fc.uuid(),
      timestamp,
      run: fc.integer({ min: 1, max: 3 }),
      attempt: fc.integer({ min: 0, max: 3 }),
      worker: fc.constantFrom('worker-a', 'worker-b', null),
      changes: fc.record(
        {
          status: fc.constantFrom(...taskStatuses),
          started_at: timestamp,
          error: fc.record({ code: fc.constantFrom('damaged_image', 'decoder_timeout'), detail: fc.string() }),
          warnings: fc.array(fc.constantFrom('truncated', 'odd colours'), { maxLength: 2 }),
          derivatives: fc.array(derivative, { maxLength: 3 }),
          placeholder: fc.constantFrom('aaaa', 'bbbb'),
          metadata: fc.record({ camera: fc.constantFrom('one', 'two') }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ changes, ...said }) => ({
      ...task,
      ...said,
      version: 1,
      batch: null,
      type: changes.status ? typeOf[changes.status] : 'task.progressed',
      changes,
    }));
}
