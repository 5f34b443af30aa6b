import type { Clock } from './clock.ts';
import type { Tenure } from './tenure.ts';

export interface CommitsOptions {
  clock: Clock;
  /** What is finished within it shares a commit. */
  delayMs: number;
  tenures: () => Iterable<Tenure>;
  succeeded: () => void;
  failed: (error: unknown, tenure: Tenure) => void;
}

/** Commits what has progressed, all partitions at the same moment, so that a broker can make them durable at once. */
export class Commits {
  readonly #options: CommitsOptions;
  #timer: (() => void) | null = null;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** The tenure may have progressed. */
  soon(tenure: Tenure): void {
    if (this.#timer || !tenure.dirty) return;
    this.#timer = this.#options.clock.after(this.#options.delayMs, () => {
      this.#timer = null;
      for (const each of this.#options.tenures()) if (each.dirty && !each.committing) void this.#commit(each);
    });
  }

  /** Each tenure's last commit. Never rejects: what cannot be committed comes again. */
  async last(): Promise<void> {
    this.#timer?.();
    await Promise.all(
      [...this.#options.tenures()].map((tenure) =>
        tenure.commitFinished().catch((error: unknown) => this.#options.failed(error, tenure)),
      ),
    );
  }

  async #commit(tenure: Tenure): Promise<void> {
    try {
      await tenure.commit();
    } catch (error) {
      this.#options.failed(error, tenure);
      return;
    }
    this.#options.succeeded();
    this.soon(tenure);
  }
}
