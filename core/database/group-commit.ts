import type { Kysely } from 'kysely';
import { DarkroomError } from '#core/errors.ts';
import type { Writer } from './database.ts';
import type { Schema } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { writerOf } from './sqlite-dialect.ts';

interface Work {
  run: (trx: Writer) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

const mostInOneCommit = 64;
/** What waits longer gets a commit of its own; other processes wait for the lock no longer than this and one work. */
const longestGatheringMs = 10;

/**
 * Runs what waits one after another in one transaction, each in a savepoint, and makes all of it durable by one commit.
 * A work that throws is undone alone. If the disk fills up, the transaction may be gone with everything in it: then
 * every work of it is rejected, and none is said to be kept.
 */
export class GroupCommit {
  readonly #connection: SqliteConnection;
  readonly #writer: Kysely<Schema>;
  readonly #onCommit: () => void;
  readonly #waiting: Work[] = [];
  #draining: Promise<void> | null = null;
  #closed = false;

  constructor(connection: SqliteConnection, onCommit: () => void) {
    this.#connection = connection;
    this.#writer = writerOf(connection);
    this.#onCommit = onCommit;
  }

  write<T>(work: (trx: Writer) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new DarkroomError('database_unavailable', 'The database is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes no more, and resolves when what was taken is committed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#connection.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitGroup();
    this.#draining = null;
  }

  async #commitGroup(): Promise<void> {
    const kept: { work: Work; value: unknown }[] = [];
    try {
      await this.#begin();
      await this.#gather(kept);
      await this.#connection.request({ op: 'commit' });
    } catch (error) {
      await this.#connection.request({ op: 'rollback' }).catch(() => {});
      for (const { work } of kept) work.reject(error);
      return;
    }
    this.#onCommit();
    for (const { work, value } of kept) work.resolve(value);
  }

  /** If not even a transaction can be opened, all who wait are told. */
  async #begin(): Promise<void> {
    try {
      await this.#connection.request({ op: 'begin' });
    } catch (error) {
      for (const work of this.#waiting.splice(0)) work.reject(error);
      throw error;
    }
  }

  /** Stops where the transaction is lost: the commit then says why. */
  async #gather(kept: { work: Work; value: unknown }[]): Promise<void> {
    const began = performance.now();
    for (let n = 0; n < mostInOneCommit && performance.now() - began < longestGatheringMs; n += 1) {
      const work = this.#waiting.shift();
      if (!work) return;
      try {
        kept.push({ work, value: await this.#writer.transaction().execute(work.run) });
      } catch (error) {
        work.reject(error);
      }
      if (this.#connection.lost) return;
    }
  }
}
