import { z } from 'zod';
import { imageFormats } from './image.ts';
import { Derivative, ImageMetadata, TaskError, TaskStatus } from './task.ts';

/** What every message has. `id` is a UUID: consumers are idempotent by it, and a redrive keeps it. */
const envelope = {
  id: z.string().min(1).max(100),
  timestamp: z.iso.datetime(),
  user_id: z.string().min(1).max(100),
  version: z.literal(1),
};

/** Work: develop this image. Key: task id. Carries ids, never paths. */
export const ProcessingTask = z.object({
  ...envelope,
  type: z.literal('task.process'),
  task_id: z.uuid(),
  run: z.int().positive(),
  image_id: z.uuid(),
  batch: z.string().nullable(),
  blob: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.enum(imageFormats),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
  preset: z.object({ name: z.string(), version: z.int().positive() }),
});
export type ProcessingTask = z.infer<typeof ProcessingTask>;

/** The facts of a new task that never change; carried by its first update so that a board can show a row at once. */
export const TaskSeed = z.object({
  filename: z.string(),
  preset: z.string(),
  format: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  created_at: z.string(),
});
export type TaskSeed = z.infer<typeof TaskSeed>;

export const taskUpdateTypes = [
  'task.queued',
  'task.started',
  'task.progressed',
  'task.retrying',
  'task.done',
  'task.failed',
  'task.cancelled',
  'task.deleted',
] as const;

/** A change of a task. Key: user id. Folded by `applyUpdate`; `task.done` names all derivatives. */
export const TaskUpdate = z.object({
  ...envelope,
  type: z.enum(taskUpdateTypes),
  task_id: z.uuid(),
  image_id: z.uuid(),
  batch: z.string().nullable(),
  run: z.int().positive(),
  attempt: z.int().nonnegative(),
  worker: z.string().nullable(),
  changes: z.object({
    status: TaskStatus.optional(),
    started_at: z.string().optional(),
    finished_at: z.string().optional(),
    error: TaskError.optional(),
    warnings: z.array(z.string()).optional(),
    derivatives: z.array(Derivative).optional(),
    placeholder: z.string().optional(),
    metadata: ImageMetadata.optional(),
    task: TaskSeed.optional(),
  }),
});
export type TaskUpdate = z.infer<typeof TaskUpdate>;

export const taskActions = ['created', 'updated', 'deleted', 'completed', 'failed', 'retried', 'cancelled'] as const;

/** A fact for other systems. Key: user id. `task_data` is the task as it is after the fact. */
export const TaskEvent = z.object({
  ...envelope,
  type: z.enum([
    'task.created',
    'task.updated',
    'task.deleted',
    'task.completed',
    'task.failed',
    'task.retried',
    'task.cancelled',
  ]),
  task_id: z.uuid(),
  action: z.enum(taskActions),
  task_data: z.record(z.string(), z.unknown()),
});
export type TaskEvent = z.infer<typeof TaskEvent>;

/** A command to workers. Key: the worker's id or `*`. */
export const WorkerCommand = z.object({
  ...envelope,
  type: z.literal('worker.cancel'),
  task_id: z.uuid(),
  run: z.int().positive(),
});
export type WorkerCommand = z.infer<typeof WorkerCommand>;

/** How often a worker says that it lives. Who has not been heard for three times this is down. */
export const heartbeatMs = 2000;

/** A worker's heartbeat. Key: the worker's id. `paused` says why it takes no work, in words for an operator. */
export const WorkerStatus = z.object({
  ...envelope,
  type: z.literal('worker.status'),
  worker: z.string(),
  started_at: z.string(),
  state: z.enum(['running', 'paused', 'stopping', 'stopped']),
  paused: z.object({ code: z.string(), detail: z.string(), since: z.string() }).nullable(),
  concurrency: z.int().positive(),
  in_hand: z.array(z.object({ task_id: z.string(), started_at: z.string() })),
  memory_bytes: z.int().nonnegative(),
});
export type WorkerStatus = z.infer<typeof WorkerStatus>;

/** The catalog: what each topic carries. Types producers, consumers and sockets. */
export const catalog = {
  processing: ProcessingTask,
  updates: TaskUpdate,
  events: TaskEvent,
  workerControl: WorkerCommand,
  workerStatus: WorkerStatus,
} as const;
export type TopicName = keyof typeof catalog;
export type EventOf<T extends TopicName> = z.infer<(typeof catalog)[T]>;

/** Topics whose names are not settings. */
export const fixedTopics = { workerControl: 'worker-control', workerStatus: 'worker-status' } as const;
