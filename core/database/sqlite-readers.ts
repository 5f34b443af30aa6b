import type { Kysely } from 'kysely';
import { DarkroomError } from '#core/errors.ts';
import type { Writer } from './database.ts';
import type { Schema } from './schema.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { readerOf } from './sqlite-dialect.ts';

const mostThreads = 2;

/** Reader threads: each read has one to itself for its length. The second is started when the first is busy. */
export class SqliteReaders {
  readonly #path: string;
  readonly #idle: Kysely<Schema>[] = [];
  readonly #waiting: ((reader: Kysely<Schema>) => void)[] = [];
  readonly #threads: Promise<Kysely<Schema>>[] = [];
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  async read<T>(work: (trx: Writer) => Promise<T>): Promise<T> {
    if (this.#closed) throw new DarkroomError('database_unavailable', 'The database is closed.');
    const reader = await this.#acquire();
    try {
      return await reader.transaction().execute(work);
    } finally {
      this.#release(reader);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#threads);
    for (const thread of opened) if (thread.status === 'fulfilled') await thread.value.destroy();
  }

  async #acquire(): Promise<Kysely<Schema>> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#threads.length < mostThreads) {
      const opening = SqliteConnection.open(this.#path, 'read').then(readerOf);
      this.#threads.push(opening);
      opening.catch(() => this.#threads.splice(this.#threads.indexOf(opening), 1));
      return opening;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(reader: Kysely<Schema>): void {
    const next = this.#waiting.shift();
    if (next) next(reader);
    else this.#idle.push(reader);
  }
}
