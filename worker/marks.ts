import type { Storage } from '#core/storage/storage.ts';
import { DarkroomError } from '#core/errors.ts';

/** One run of one task. */
export interface Run {
  task_id: string;
  run: number;
}

/** Starts that count; `abandoned`: the last of them was one that a worker did not live to end. */
export interface Mark {
  starts: number;
  abandoned: boolean;
}

/** Runs remembered as given back; older ones are read from storage again. */
const remembered = 1000;

/**
 * Counts the starts of a run where they survive the worker: a mark is raised before a start and removed at the end, so what
 * is left of it when the run comes again are attempts that were charged and starts that nobody lived to end.
 */
export class Marks {
  readonly #storage: Storage;
  /** What this worker gave back: right also where a full disk kept the mark from being lowered. */
  readonly #givenBack = new Map<string, Mark>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async read(run: Run): Promise<Mark> {
    const givenBack = this.#givenBack.get(keyOf(run));
    if (givenBack !== undefined) return givenBack;
    const starts = await this.#stored(run);
    return { starts, abandoned: starts > 0 };
  }

  async raise(run: Run, starts: number): Promise<void> {
    await this.#write(run, starts);
    this.#givenBack.delete(keyOf(run));
  }

  /** Takes back a start that is charged to nobody. Never rejects. */
  async lower(run: Run, mark: Mark): Promise<void> {
    const key = keyOf(run);
    this.#givenBack.delete(key);
    this.#givenBack.set(key, mark);
    const [oldest] = this.#givenBack.keys();
    if (oldest !== undefined && this.#givenBack.size > remembered) this.#givenBack.delete(oldest);
    await (mark.starts > 0 ? this.#write(run, mark.starts) : this.#storage.delete(key)).catch(() => undefined);
  }

  async remove(run: Run): Promise<void> {
    this.#givenBack.delete(keyOf(run));
    await this.#storage.delete(keyOf(run));
  }

  async #write(run: Run, starts: number): Promise<void> {
    await this.#storage.put(keyOf(run), Buffer.from(`${starts}`), { durable: false });
  }

  async #stored(run: Run): Promise<number> {
    try {
      let text = '';
      for await (const bytes of await this.#storage.read(keyOf(run))) text += Buffer.from(bytes).toString('latin1');
      return Number.parseInt(text, 10) || 0;
    } catch (error) {
      if (error instanceof DarkroomError && error.code === 'not_found') return 0;
      throw error;
    }
  }
}

function keyOf({ task_id, run }: Run): string {
  return `marks/${task_id}-${run}`;
}
