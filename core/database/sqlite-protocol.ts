/** What a database thread is asked. It gets requests in lists, and sends a list with one answer for each, in their order. */
export type Request =
  | { op: 'query'; sql: string; parameters: readonly unknown[] }
  /** Opens, ends or undoes part of a transaction. One that fails loses the transaction. */
  | { op: 'savepoint' | 'release' | 'undo' }
  | { op: 'begin' | 'commit' | 'rollback' | 'version' | 'close' };

export interface Answer {
  rows?: unknown[];
  changes?: number;
  insertId?: number;
  error?: SqliteFailure;
  /** The transaction is gone with everything in it: nothing but `rollback` is of use now. */
  lost?: boolean;
}

export interface SqliteFailure {
  message: string;
  errcode: number;
}

/** `write` runs what it is asked in immediate transactions only; `read` changes nothing. */
export type Role = 'write' | 'read';

export interface ThreadData {
  path: string;
  role: Role;
}
