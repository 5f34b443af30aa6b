import type { DerivativeRecipe } from '#core/domain/preset.ts';
import type { Derivative, ImageMetadata } from '#core/domain/task.ts';

/** A picture to develop, and who wants to hear of it. A hook that throws ends the job with that error. */
export interface Picture {
  /** Width × height as the header declares them. */
  pixels: number;
  /** Largest first, at least one. */
  derivatives: DerivativeRecipe[];
  /** Brings the original to a path. */
  fetch(path: string): Promise<void>;
  /** A child is about to begin; once a job, also when it has to run again. */
  onBegin(): Promise<void>;
  onKnown(known: { placeholder: string; metadata: ImageMetadata }): void;
  /** The file at `path` is complete and to be moved away. */
  onWritten(derivative: Derivative, path: string): Promise<void>;
}

/** A picture in the pool: waiting, or held by a child. */
export interface Job {
  readonly id: number;
  readonly picture: Picture;
  readonly signal: AbortSignal;
  /** A suspect, or one that was charged before: it gets a fresh child and no neighbour. */
  alone: boolean;
  begun: boolean;
  resolve(warnings: string[]): void;
  reject(reason: unknown): void;
}
