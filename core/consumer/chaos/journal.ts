import { closeSync, openSync, readSync, watch, writeSync, type FSWatcher } from 'node:fs';
import { Violation } from '../model/ledger.ts';

/** What a message makes of its handler: `blocking` stops the whole main thread, and `malformed` never reaches one. */
export type Kind = 'quick' | 'slow' | 'long' | 'blocking' | 'flaky' | 'hopeless' | 'malformed';

interface Place {
  partition: number;
  offset: number;
  key: string | null;
  kind: Kind;
}

/** What happened. What is done to a process is written before it is done. */
export type Happening =
  | ({ what: 'acked' } & Place)
  | { what: 'held' | 'lost'; member: string; tenure: number; partition: number }
  /** A commit: `asked` of the broker, and its answer. */
  | { what: 'asked' | 'granted' | 'refused'; member: string; tenure: number; partition: number }
  | ({ what: 'began'; member: string; call: number; tenure: number } & Place)
  /** `ended`: the handler did its work; this entry is the work. `hopeless`: it failed and no other try can help. */
  | { what: 'ended' | 'failed' | 'hopeless' | 'abandoned'; member: string; call: number }
  | { what: 'joined' | 'killed' | 'frozen' | 'thawed' | 'leaving' | 'left' | 'crashed'; member: string }
  | { what: 'committed'; partition: number; offset: number }
  | { what: 'calm' };

/** `at`: milliseconds since the epoch. Entries are in the order in which they happened, whoever wrote them. */
export type Entry = Happening & { at: number };

/**
 * One file that all processes append to, each entry by a single write in append mode, so that the system puts them in one
 * order: that in which they happened. What was written survives the death of its writer in the next instruction.
 */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(happening: Happening): void {
    writeSync(this.#file, `${JSON.stringify({ at: Date.now(), ...happening })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Reads a journal while others write it. */
export class JournalReader {
  readonly entries: Entry[] = [];
  readonly #file: number;
  readonly #watcher: FSWatcher;
  readonly #waiting = new Set<() => void>();
  readonly #chunk = Buffer.alloc(1 << 16);
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#file = openSync(path, 'a+');
    this.#watcher = watch(path, () => this.read());
  }

  /** Takes in what is there. */
  read(): void {
    for (;;) {
      const bytes = readSync(this.#file, this.#chunk);
      if (bytes === 0) break;
      const text = Buffer.concat([this.#rest, this.#chunk.subarray(0, bytes)]);
      const end = text.lastIndexOf('\n') + 1;
      this.#rest = text.subarray(end);
      const lines = text.toString('utf8', 0, end).split('\n').slice(0, -1);
      for (const line of lines) this.entries.push(JSON.parse(line) as Entry);
    }
    for (const wake of this.#waiting) wake();
  }

  /** Resolves once the condition holds; rejects with a Violation that names it where it takes longer than it may. */
  async until(what: string, withinMs: number, condition: () => boolean): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Violation(`after ${withinMs} ms: not ${what}`)), withinMs);
    try {
      while (!condition()) {
        const woken = Promise.withResolvers<void>();
        this.#waiting.add(woken.resolve);
        await Promise.race([woken.promise, late.promise]).finally(() => this.#waiting.delete(woken.resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#watcher.close();
    closeSync(this.#file);
  }
}
