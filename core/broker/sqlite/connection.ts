import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { schema, schemaVersion } from './schema.ts';

/** Longest wait for another process's write. Writes take milliseconds; only a process frozen in the middle of one is slower. */
const busyTimeoutMs = 10_000;
/** The write-ahead log is cut back to this when it starts anew. */
export const walLimitBytes = 64 * 1024 * 1024;

/**
 * Opens the log's file, making it where there is none. With FULL a commit has survived power loss when it returns, with
 * NORMAL only the death of the process.
 */
export function openConnection(path: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  if (!existsSync(path)) create(path);
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  db.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = ${walLimitBytes}`);
  if (synchronous === 'FULL') db.exec('PRAGMA fullfsync = ON');
  expect(db, 'synchronous', synchronous === 'FULL' ? 2 : 1);
  expect(db, 'journal_mode', 'wal');
  expect(db, 'user_version', schemaVersion);
  return db;
}

/** Runs `work` in one write transaction: all of it or nothing. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function expect(db: DatabaseSync, pragma: string, value: string | number): void {
  const got = Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  if (got !== value) throw new Error(`The message log has ${pragma} ${String(got)}, and it must be ${value}.`);
}

/**
 * Makes the file under another name and links it into place complete: processes that start together all find the same
 * whole file, and none sees it half-made.
 */
function create(path: string): void {
  const fresh = `${path}.${randomUUID()}`;
  try {
    const db = new DatabaseSync(fresh);
    db.exec(`PRAGMA journal_mode = WAL; ${schema} PRAGMA user_version = ${schemaVersion}`);
    db.close();
    linkSync(fresh, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(fresh + suffix, { force: true });
  }
}

/** Makes the new name survive power loss. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
