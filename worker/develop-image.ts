import type { ProcessingTask } from '#core/domain/events.ts';
import { blobKey, derivativeKey } from '#core/domain/image.ts';
import type { Preset } from '#core/domain/preset.ts';
import type { Derivative } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import type { Pool } from './decoder/pool.ts';
import type { Changes } from './updates.ts';

export interface Attempt {
  task: ProcessingTask;
  preset: Preset;
  /** No other picture in the child. */
  alone: boolean;
  signal: AbortSignal;
  onBegin(): Promise<void>;
  onProgress(changes: Changes): void;
}

/**
 * Develops a task's image once: the original from storage through the pool, each derivative to its place in storage.
 * Resolves to all that the task's `done` names.
 */
export async function developImage(attempt: Attempt, storage: Storage, pool: Pool): Promise<Changes> {
  const { task, preset, alone, signal } = attempt;
  const derivatives = new Map<string, Derivative>();
  let known: Pick<Changes, 'placeholder' | 'metadata'> = {};
  const warnings = await pool.develop(
    {
      pixels: task.width * task.height,
      derivatives: preset.derivatives,
      fetch: (path) => fetchOriginal(storage, task, path),
      onBegin: () => attempt.onBegin(),
      onKnown({ placeholder, metadata }) {
        known = { placeholder, metadata };
        attempt.onProgress(known);
      },
      async onWritten(written, path) {
        const { bytes } = await storage.put(derivativeKey(task.image_id, preset, written), { path });
        const derivative = { ...written, bytes };
        derivatives.set(derivative.name, derivative);
        attempt.onProgress({ derivatives: [derivative] });
      },
    },
    { alone, signal },
  );
  const order = preset.derivatives.flatMap(({ name }) => derivatives.get(name) ?? []);
  return { ...known, derivatives: order, warnings };
}

async function fetchOriginal(storage: Storage, { blob }: ProcessingTask, path: string): Promise<void> {
  try {
    await storage.fetchTo(blobKey(blob), path);
  } catch (cause) {
    if (!(cause instanceof DarkroomError) || cause.code !== 'not_found') throw cause;
    const missing = (await storage.size(blobKey(blob))) === null;
    if (missing) throw new DarkroomError('original_missing', 'The original is no longer in storage.', { cause });
    throw new DarkroomError('storage_unavailable', 'The scratch folder cannot be written.', { cause });
  }
}
