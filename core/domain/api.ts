import { z } from 'zod';
import { Derivative, TaskState, TaskStatus } from './task.ts';
import { TaskUpdate, WorkerStatus } from './events.ts';

/** Shapes of the HTTP API, shared by the routes that answer and the page that asks. */

export const DerivativeLink = Derivative.extend({ url: z.string() });
export type DerivativeLink = z.infer<typeof DerivativeLink>;

/** A task as the API and the board show it: its facts and its state. */
export const Task = TaskState.extend({
  id: z.string(),
  image_id: z.string(),
  user_id: z.string(),
  batch: z.string().nullable(),
  filename: z.string(),
  format: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  preset: z.string(),
  created_at: z.string(),
  derivatives: z.array(DerivativeLink),
});
export type Task = z.infer<typeof Task>;

/** One line of a task's story, oldest first. */
export const TimelineEntry = TaskUpdate.pick({
  id: true,
  type: true,
  timestamp: true,
  run: true,
  attempt: true,
  worker: true,
}).extend({
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** Name of the derivatives that became ready. */
  derivatives: z.array(z.string()),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const TaskWithTimeline = Task.extend({ timeline: z.array(TimelineEntry) });
export type TaskWithTimeline = z.infer<typeof TaskWithTimeline>;

/** Newest first. `position` is what the page hands to `subscribe {since}`: no gap between the two. */
export const TaskPage = z.object({ items: z.array(Task), next_cursor: z.string().nullable(), position: z.string() });
export type TaskPage = z.infer<typeof TaskPage>;

export const Accepted = z.object({
  id: z.string(),
  task_id: z.string(),
  sha256: z.string(),
  format: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});
export type Accepted = z.infer<typeof Accepted>;

/** An image: its facts, and what became of it. */
export const ImageDetails = Accepted.extend({
  user_id: z.string(),
  filename: z.string(),
  batch: z.string().nullable(),
  created_at: z.string(),
  status: TaskStatus,
  original: z.string(),
  derivatives: z.array(DerivativeLink),
});
export type ImageDetails = z.infer<typeof ImageDetails>;

export const Rejected = z.object({ name: z.string(), code: z.string(), detail: z.string() });
export const UploadAnswer = z.object({ images: z.array(Accepted), rejected: z.array(Rejected) });
export type UploadAnswer = z.infer<typeof UploadAnswer>;

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const StatusCounts = z.object({
  queued: z.int(),
  running: z.int(),
  retrying: z.int(),
  done: z.int(),
  failed: z.int(),
  cancelled: z.int(),
});
export type StatusCounts = z.infer<typeof StatusCounts>;

export const StatsSummary = z.object({
  at: z.string(),
  /** Of everybody for operators; else of one's own. */
  counts: StatusCounts,
  /** Of one's own. */
  mine: StatusCounts,
  /** Per second, over the last minute. */
  in_per_second: z.number(),
  done_per_second: z.number(),
  failed_per_second: z.number(),
  /** Seconds the oldest waiting task has waited; null where none waits. */
  oldest_waiting_seconds: z.number().nullable(),
  workers_up: z.int(),
});
export type StatsSummary = z.infer<typeof StatsSummary>;

/** A worker as it last spoke. `up`: it has not said goodbye and has been heard lately. */
export const Worker = WorkerStatus.extend({ up: z.boolean() });
export type Worker = z.infer<typeof Worker>;

export const WorkerList = z.object({ items: z.array(Worker) });

/** What is unread, and how long the oldest of it has waited: 0 where nothing is, null where that is unknown. */
export const Lag = z.object({ messages: z.int(), seconds: z.number().nullable() });

/** Consumer groups, and how far each is behind. `next` is one past the last message of the partition. */
export const ConsumerList = z.object({
  at: z.string(),
  items: z.array(
    z.object({
      name: z.string(),
      group: z.string(),
      topics: z.array(z.string()),
      lag: Lag,
      partitions: z.array(
        z.object({
          topic: z.string(),
          partition: z.int(),
          committed: z.int().nullable(),
          next: z.int(),
          lag: Lag,
        }),
      ),
    }),
  ),
});
export type ConsumerList = z.infer<typeof ConsumerList>;

export const deadLetterStatuses = ['open', 'redriven', 'discarded'] as const;
export const DeadLetterStatus = z.enum(deadLetterStatuses);
export type DeadLetterStatus = z.infer<typeof DeadLetterStatus>;

/** A message that a consumer gave up on. What it does not say of itself is null. */
export const DeadLetter = z.object({
  id: z.string(),
  /** Where it was read, and by which consumer group. */
  topic: z.string(),
  partition: z.int().nullable(),
  offset: z.int().nullable(),
  group: z.string().nullable(),
  key: z.string().nullable(),
  /** Text, or base64 where the bytes are not UTF-8; null where the message has no value. */
  value: z.string().nullable(),
  encoding: z.enum(['utf-8', 'base64']),
  /** Size of the whole value. */
  bytes: z.int(),
  /** Only the beginning of key and value is given; all of them with the dead letter alone. */
  truncated: z.boolean(),
  reason: z.string(),
  error: z.string(),
  attempts: z.int().nullable(),
  redrives: z.int(),
  task_id: z.string().nullable(),
  user_id: z.string().nullable(),
  at: z.string(),
  status: DeadLetterStatus,
  acted_by: z.string().nullable(),
  acted_at: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

export const DeadLetterPage = z.object({ items: z.array(DeadLetter), next_cursor: z.string().nullable() });

export const DeadLetterDetails = DeadLetter.extend({ headers: z.record(z.string(), z.string()) });
export type DeadLetterDetails = z.infer<typeof DeadLetterDetails>;

export const seriesMetrics = [
  'created',
  'started',
  'done',
  'failed',
  'retrying',
  'cancelled',
  'bytes_in',
  'bytes_out',
] as const;
export type SeriesMetric = (typeof seriesMetrics)[number];

/** A chart line: `points[i]` counts what happened in [at, at + step) seconds. Empty buckets are present as 0. */
export const StatsSeries = z.object({
  from: z.string(),
  to: z.string(),
  /** Seconds. */
  step: z.int(),
  series: z.array(z.object({ metric: z.string(), dimension: z.string().nullable(), points: z.array(z.number()) })),
  /** Wait (queued to started) and run (started to finished) percentiles in milliseconds; null where nothing ended. */
  latency: z.array(
    z.object({
      metric: z.enum(['wait', 'run']),
      p50: z.array(z.number().nullable()),
      p95: z.array(z.number().nullable()),
      p99: z.array(z.number().nullable()),
    }),
  ),
});
export type StatsSeries = z.infer<typeof StatsSeries>;
