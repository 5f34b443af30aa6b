import { statSync } from 'node:fs';
import { openConnection } from './connection.ts';

/** As long as the write-ahead log gets in use anyway: at 1000 pages SQLite starts it anew. */
const reserveBytes = 1000 * 4096;

/**
 * Gives the write-ahead log its length ahead of time, by a transaction that outgrows its cache and is undone: commits write
 * over what is there. So on a full disk there is room for the few words that say that it is full. Throws SQLITE_FULL where
 * there is no room to reserve.
 */
export function reserveRoom(path: string): void {
  if (walBytes(path) >= reserveBytes) return;
  const db = openConnection(path, 'NORMAL');
  try {
    db.exec('PRAGMA cache_size = 10; BEGIN IMMEDIATE');
    if (walBytes(path) < reserveBytes) db.exec(`CREATE TABLE reserve AS SELECT zeroblob(${reserveBytes + (1 << 20)})`);
    db.exec('ROLLBACK');
  } finally {
    db.close();
  }
}

/** Length of the write-ahead log; 0 where there is none. */
export function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
