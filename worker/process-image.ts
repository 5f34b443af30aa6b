import { setTimeout as delay } from 'node:timers/promises';
import { isServiceOutage } from '#core/consumer/outage.ts';
import type { ProcessingTask } from '#core/domain/events.ts';
import type { Preset } from '#core/domain/preset.ts';
import { DarkroomError, toDarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import type { Control } from './control.ts';
import type { Pool } from './decoder/pool.ts';
import { developImage } from './develop-image.ts';
import type { Gate } from './gate.ts';
import type { Marks } from './marks.ts';
import { Updates, type Changes } from './updates.ts';

export interface Parts {
  services: Pick<Services, 'broker' | 'storage' | 'topics'>;
  pool: Pool;
  marks: Marks;
  gate: Gate;
  control: Control;
  worker: string;
  findPreset(name: string): Preset | undefined;
  maxAttempts: number;
  /** Waited before the second attempt; twice as long before each further one. */
  retryDelayMs: number;
}

/** One run of a task while it is in hand; `charged` counts the attempts that failed by the picture. */
interface Run {
  readonly task: ProcessingTask;
  readonly updates: Updates;
  readonly signal: AbortSignal;
  charged: number;
}

/** Nobody's fault, and no picture is charged: the services, or a decoder that does not start. */
export function isOutage(error: unknown): boolean {
  return isServiceOutage(error) || (error instanceof DarkroomError && error.code === 'decoder_unavailable');
}

/**
 * Takes tasks to their end, and says what happens by publishing updates.
 *
 * 1. A run that is redelivered converges: the files have the same names, and its updates change nothing that was decided.
 * 2. An attempt that failed by the picture is charged to it; the last one allowed fails the task with the reason. A start
 *    that no worker lived to end counts as one.
 * 3. An outage, a stop and a lost partition are charged to nobody: they reject, and the task is not finished.
 * 4. It resolves only when the end is durably published. An error nobody foresaw fails the task and rejects, so that the
 *    message is kept as a dead letter with the cause.
 */
export class ImageProcessor {
  readonly #parts: Parts;
  readonly #inHand = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is being developed now, and since when. */
  inHand(): { task_id: string; started_at: string }[] {
    return [...this.#inHand].map(([task_id, started_at]) => ({ task_id, started_at }));
  }

  async process(task: ProcessingTask, { signal }: { signal: AbortSignal }): Promise<void> {
    const { control, marks } = this.#parts;
    const held = control.hold(task);
    try {
      await this.#run(task, AbortSignal.any([signal, held.signal]));
    } catch (error) {
      if (signal.aborted || !held.signal.aborted) throw error;
      await marks.remove(task);
    } finally {
      held.release();
      this.#inHand.delete(task.task_id);
    }
  }

  async #run(task: ProcessingTask, signal: AbortSignal): Promise<void> {
    const { services, gate, marks, worker, maxAttempts } = this.#parts;
    const { starts, abandoned } = await marks.read(task);
    let failure: DarkroomError | null = null;
    const leave = await gate.enter({ alone: abandoned, signal });
    const updates = new Updates(services.broker, services.topics.updates, task, worker);
    const run: Run = { task, updates, signal, charged: starts };
    try {
      failure = await this.#attempts(run, abandoned);
      if (failure) updates.failed(run.charged, { code: failure.code, detail: failure.message });
      await updates.settled();
      await marks.remove(task);
    } catch (error) {
      // The last attempt is made again rather than its reason lost.
      await marks.lower(task, { starts: Math.min(run.charged, maxAttempts - 1), abandoned });
      throw error;
    } finally {
      await updates.settled().catch(() => undefined);
      leave();
    }
    if (failure?.code === 'internal') throw failure;
  }

  /** Resolves to null once an attempt succeeded, or to the failure that ends the run. */
  async #attempts(run: Run, abandoned: boolean): Promise<DarkroomError | null> {
    const { maxAttempts, retryDelayMs } = this.#parts;
    const { name, version } = run.task.preset;
    const preset = this.#parts.findPreset(name);
    if (preset?.version !== version) {
      return new DarkroomError('unknown_preset', `This worker does not know version ${version} of the preset ${name}.`);
    }
    for (let alone = abandoned; run.charged < maxAttempts; alone = true) {
      const failure = await this.#attempt(run, preset, alone);
      if (failure === null) return null;
      run.charged++;
      if (!failure.retryable || run.charged === maxAttempts) return failure;
      run.updates.retrying(run.charged, { code: failure.code, detail: failure.message });
      await delay(retryDelayMs * 2 ** (run.charged - 1), undefined, { signal: run.signal });
    }
    return new DarkroomError('worker_died', `The worker died ${run.charged} times with this picture in hand.`);
  }

  async #attempt(
    { task, updates, signal, charged }: Run,
    preset: Preset,
    alone: boolean,
  ): Promise<DarkroomError | null> {
    const { services, pool, marks } = this.#parts;
    const attempt = charged + 1;
    try {
      const onBegin = async () => {
        await marks.raise(task, attempt);
        this.#inHand.set(task.task_id, new Date().toISOString());
        updates.started(attempt);
      };
      const onProgress = (changes: Changes) => updates.progressed(attempt, changes);
      const result = await developImage({ task, preset, alone, signal, onBegin, onProgress }, services.storage, pool);
      updates.done(attempt, result);
      return null;
    } catch (error) {
      if (signal.aborted || isOutage(error)) throw error;
      return toDarkroomError(error);
    }
  }
}
