import type { Task } from '../../../core/domain/api.ts';
import type { TaskUpdate } from '../../../core/domain/events.ts';
import { queuedState } from '../../../core/domain/fold.ts';
import type { TaskStatus } from '../../../core/domain/task.ts';

const epoch = Date.parse('2026-01-01T00:00:00.000Z');

/** The n-th second of the tests' time. */
export function second(n: number): string {
  return new Date(epoch + n * 1000).toISOString();
}

/** A queued task, made in second `n`. */
export function task(id: string, n = 0, more: Partial<Task> = {}): Task {
  return {
    ...queuedState(1, second(n)),
    derivatives: [],
    id,
    image_id: `image-${id}`,
    user_id: 'owner',
    batch: null,
    filename: `${id}.jpg`,
    format: 'jpeg',
    width: 400,
    height: 300,
    bytes: 1000,
    preset: 'web',
    created_at: second(n),
    ...more,
  };
}

/** What the log says when the task gets this status in second `n`. */
export function update(of: string, status: TaskStatus, n: number, more: Partial<TaskUpdate> = {}): TaskUpdate {
  return {
    id: `${of}-${status}-${n}`,
    timestamp: second(n),
    user_id: 'owner',
    version: 1,
    type: status === 'running' ? 'task.started' : `task.${status}`,
    task_id: of,
    image_id: `image-${of}`,
    batch: null,
    run: 1,
    attempt: status === 'queued' ? 0 : 1,
    worker: null,
    changes: { status },
    ...more,
  };
}

/** The first word of a new task, with the facts that never change. */
export function queued(of: string, n: number): TaskUpdate {
  const { filename, preset, format, width, height, bytes, created_at } = task(of, n);
  const seed = { filename, preset, format, width, height, bytes, created_at };
  return update(of, 'queued', n, { changes: { status: 'queued', task: seed } });
}

/** The last word of a task that was deleted. */
export function deleted(of: string, n: number): TaskUpdate {
  return update(of, 'cancelled', n, { id: `${of}-deleted`, type: 'task.deleted', changes: {} });
}
