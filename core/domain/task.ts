import { z } from 'zod';
import { taskStatuses } from './fold.ts';

export { applyUpdate, isTerminal, queuedState, taskStatuses } from './fold.ts';

export const TaskStatus = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const Derivative = z.object({
  name: z.string(),
  format: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().nonnegative(),
});
export type Derivative = z.infer<typeof Derivative>;

export const TaskError = z.object({ code: z.string(), detail: z.string() });
export type TaskError = z.infer<typeof TaskError>;

/** What the original says of itself, read before its metadata is stripped. `captured_at` is the camera's local time. */
export const ImageMetadata = z.object({
  format: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  frames: z.int().optional(),
  color_space: z.string().optional(),
  captured_at: z.string().optional(),
  camera: z.string().optional(),
});
export type ImageMetadata = z.infer<typeof ImageMetadata>;

/** The part of a task that updates change. Times are ISO 8601. */
export const TaskState = z.object({
  run: z.int().positive(),
  status: TaskStatus,
  /** Attempts charged to the picture in this run. */
  attempts: z.int().nonnegative(),
  /** First start of this run. */
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  worker: z.string().nullable(),
  error: TaskError.nullable(),
  warnings: z.array(z.string()),
  derivatives: z.array(Derivative),
  /** ThumbHash, base64. */
  placeholder: z.string().nullable(),
  metadata: ImageMetadata.nullable(),
  /** Timestamp of the update that gave the status its present value: breaks ties between two starts of one attempt. */
  status_at: z.string(),
});
export type TaskState = z.infer<typeof TaskState>;
