import { z } from 'zod';
import { Derivative, ImageMetadata } from '#core/domain/task.ts';
import type { DerivativeRecipe } from '#core/domain/preset.ts';

/** What the pool asks of a decoder child. Each derivative's file goes to its `output`. */
export interface DevelopRequest {
  job: number;
  input: string;
  derivatives: (DerivativeRecipe & { output: string })[];
  /** Most pixels over all frames. */
  maxPixels: number;
  /** Most frames of an animation, or pages of a file. */
  maxFrames: number;
}

const job = z.int().nonnegative();

/** What a child says. It has met hostile bytes, so its words are checked like anyone's. */
export const ChildMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('known'), job, placeholder: z.string().max(100), metadata: ImageMetadata }),
  z.object({ type: z.literal('derivative'), job, derivative: Derivative }),
  z.object({ type: z.literal('done'), job, warnings: z.array(z.string().max(500)).max(10) }),
  z.object({
    type: z.literal('failed'),
    job,
    code: z.enum([
      'damaged_image',
      'unsupported_format',
      'too_many_pixels',
      'too_many_frames',
      'out_of_memory',
      'storage_full',
      'storage_unavailable',
    ]),
    detail: z.string().max(500),
  }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
export type JobMessage = Exclude<ChildMessage, { type: 'ready' }>;
export type FailureCode = Extract<ChildMessage, { type: 'failed' }>['code'];
