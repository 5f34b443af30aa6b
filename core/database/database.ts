import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Database: rows. Engines: SQLite (now), PostgreSQL. `database.contract.ts` cites these numbers.
 *
 *  1. `write` resolves after its changes survive power loss; it rejects, and nothing of it stays, if the function throws.
 *  2. Writes do not see each other's unfinished changes, in this process or another, and none fails for being concurrent.
 *  3. Many writes waiting at once share one durable commit; one that throws does not take the others with it.
 *  4. `read` sees one consistent state for the length of its function, and never waits for a writer.
 *  5. No statement runs on the event loop.
 *  6. `onCommit` listeners hear, within milliseconds, that some process committed; they may hear more often than that.
 */
export interface Database extends AsyncDisposable {
  write<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>;
  read<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Returns the function that stops the listening. */
  onCommit(listener: () => void): () => void;
  /** Rejects with `database_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type Reader = Kysely<Schema> | Transaction<Schema>;
export type Writer = Transaction<Schema>;
