import type { Clock } from './clock.ts';

/** How long something may take to give in after it was told to. */
const graceMs = 1_000;

/** What an end consists of, in this order. None may reject. */
export interface ClosingSteps {
  /** Starts nothing more and gives back what has not started. */
  release: () => void;
  /** Resolves when nothing runs. */
  idle: () => Promise<void>;
  /** Told when the deadline has passed and something still runs. */
  abort: () => void;
  commit: () => Promise<void>;
  leave: () => Promise<void>;
}

/** The end of a consumer, by `stop` or by failure; it comes once. Whatever hangs, it goes on a little after the deadline. */
export class Closing {
  readonly #clock: Clock;
  readonly #steps: ClosingSteps;
  readonly #ended = Promise.withResolvers<void>();
  #done: Promise<void> | null = null;

  constructor(clock: Clock, steps: ClosingSteps) {
    this.#clock = clock;
    this.#steps = steps;
    this.ended.catch(() => {});
  }

  get begun(): boolean {
    return this.#done !== null;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The first call decides on the deadline, and on the failure with which `ended` rejects. */
  begin(deadlineMs: number, failure: { error: unknown } | null): Promise<void> {
    this.#done ??= Promise.resolve().then(() => this.#close(deadlineMs, failure));
    return this.#done;
  }

  async #close(deadlineMs: number, failure: { error: unknown } | null): Promise<void> {
    const deadline = this.#clock.now() + deadlineMs;
    this.#steps.release();
    const idle = this.#steps.idle();
    if (!(await this.#within(deadlineMs, idle))) {
      this.#steps.abort();
      await this.#within(graceMs, idle);
    }
    await this.#within(Math.max(deadline - this.#clock.now(), graceMs), this.#steps.commit());
    await this.#within(graceMs, this.#steps.leave());
    if (failure) this.#ended.reject(failure.error);
    else this.#ended.resolve();
  }

  /** False where the time ran out first. */
  #within(ms: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => resolve(false));
      void work.then(() => {
        cancel();
        resolve(true);
      });
    });
  }
}
