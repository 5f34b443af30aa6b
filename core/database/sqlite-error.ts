import { DarkroomError } from '#core/errors.ts';
import type { SqliteFailure } from './sqlite-protocol.ts';

const FULL = 13;
/** The shared-memory file could not grow: on a full disk this comes before SQLITE_FULL. */
const IOERR_SHMSIZE = 4874;
/** BUSY, LOCKED, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB. */
const unavailable = new Set([5, 6, 8, 10, 11, 14, 26]);
const UNIQUE = 2067;
const PRIMARYKEY = 1555;

/** What SQLite said, in Darkroom's words where it is about the house, else as it is with `errcode`. */
export function databaseError({ message, errcode }: SqliteFailure): Error {
  const cause = Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
  if (errcode === FULL || errcode === IOERR_SHMSIZE) {
    return new DarkroomError('storage_full', 'There is no room left to write to the database.', { cause });
  }
  if (!unavailable.has(errcode % 256)) return cause;
  return new DarkroomError('database_unavailable', `The database cannot be used: ${message}.`, { cause });
}

/** True where a row with the same unique key exists already. */
export function isDuplicate(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return errcode === UNIQUE || errcode === PRIMARYKEY;
}
