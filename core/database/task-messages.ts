import { randomUUID } from 'node:crypto';
import type { Topics } from '#core/broker/topics.ts';
import type { ProcessingTask, TaskEvent, TaskUpdate, WorkerCommand } from '#core/domain/events.ts';
import type { ImageFormat } from '#core/domain/image.ts';
import type { OutboxEntry } from './outbox.ts';
import type { TaskRow } from './schema.ts';
import { toTask } from './task-row.ts';

type EventType = TaskEvent['type'];

const actions = {
  'task.created': 'created',
  'task.updated': 'updated',
  'task.deleted': 'deleted',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.retried': 'retried',
  'task.cancelled': 'cancelled',
} as const satisfies Record<EventType, TaskEvent['action']>;

/** The work of the task's present run. */
export function processingEntry(topics: Topics, task: TaskRow): OutboxEntry {
  const event: ProcessingTask = {
    id: randomUUID(),
    type: 'task.process',
    timestamp: task.queued_at,
    user_id: task.user_id,
    version: 1,
    task_id: task.id,
    run: task.run,
    image_id: task.image_id,
    batch: task.batch,
    blob: task.blob,
    format: task.format as ImageFormat,
    width: task.width,
    height: task.height,
    bytes: task.bytes,
    preset: { name: task.preset, version: task.preset_version },
  };
  return { topic: topics.processing, key: task.id, event };
}

/** What is said of a task's run by who writes its row; the rest is for the worker that develops it to say. */
export function taskUpdate(
  task: TaskRow,
  type: 'task.queued' | 'task.failed' | 'task.cancelled' | 'task.deleted',
  timestamp: string,
  changes: TaskUpdate['changes'],
): TaskUpdate {
  return {
    id: randomUUID(),
    type,
    timestamp,
    user_id: task.user_id,
    version: 1,
    task_id: task.id,
    image_id: task.image_id,
    batch: task.batch,
    run: task.run,
    attempt: task.attempts,
    worker: null,
    changes,
  };
}

/** The present run was asked for. Carries the facts of the task, so that a board can show its row at once. */
export function queuedUpdate(task: TaskRow): TaskUpdate {
  const { filename, preset, format, width, height, bytes, created_at } = task;
  const seed = { filename, preset, format, width, height, bytes, created_at };
  return taskUpdate(task, 'task.queued', task.queued_at, { status: 'queued', task: seed });
}

export function updateEntry(topics: Topics, update: TaskUpdate): OutboxEntry {
  return { topic: topics.updates, key: update.user_id, event: update };
}

/** A fact for other systems, with the task as it is after it. */
export function eventEntry(topics: Topics, task: TaskRow, type: EventType, timestamp: string): OutboxEntry {
  const event: TaskEvent = {
    id: randomUUID(),
    type,
    timestamp,
    user_id: task.user_id,
    version: 1,
    task_id: task.id,
    action: actions[type],
    task_data: toTask(task),
  };
  return { topic: topics.events, key: task.user_id, event };
}

/** Tells every worker to drop this run of the task, or to stop it. */
export function cancelEntry(topics: Topics, task: TaskRow, at: string): OutboxEntry {
  const event: WorkerCommand = {
    id: randomUUID(),
    type: 'worker.cancel',
    timestamp: at,
    user_id: task.user_id,
    version: 1,
    task_id: task.id,
    run: task.run,
  };
  return { topic: topics.workerControl, key: '*', event };
}
