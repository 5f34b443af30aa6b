import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Answer, Request, Role } from './sqlite-protocol.ts';

const busyTimeoutMs = 30_000;
const walLimitBytes = 64 << 20;
const statementsKept = 256;
/** How long a writer may follow itself before it leaves the lock free for a moment, so that other processes get a turn. */
const turnMs = 20;

const SQLITE_BUSY = 5;

/** One connection and the transaction it is in. Runs in a thread. */
export interface Session {
  run(request: Request): Answer;
  /** True while the transaction is gone with everything in it. */
  lost(): boolean;
}

export function openSession(path: string, role: Role): Session {
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  db.exec('PRAGMA journal_mode = WAL');
  // FULL: in WAL mode a commit under NORMAL may be undone by a power loss, and a commit here is a promise.
  db.exec(
    'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000',
  );
  db.exec(`PRAGMA journal_size_limit = ${walLimitBytes / 4}`);
  // The writer waits for its turn by itself, see `beginImmediate`.
  db.exec(role === 'read' ? 'PRAGMA query_only = ON' : 'PRAGMA busy_timeout = 0');

  const prepare = statementCache(db);
  let began = false;
  let lost: unknown = null;
  let turnBegan = 0;
  let committedAt = 0;

  /** A full disk and its kin may undo the whole transaction; what comes after must not run outside of one. */
  function guarded(work: () => Answer): Answer {
    if (!began && role === 'write') throw new Error('A statement was sent outside a transaction.');
    if (lost) throw lost;
    try {
      const answer = work();
      if (began && !db.isTransaction) throw new Error('The transaction was ended by one of its statements.');
      return answer;
    } catch (error) {
      if (began && !db.isTransaction) lost = error;
      throw error;
    }
  }

  function control(sql: string): Answer {
    return guarded(() => {
      try {
        db.exec(sql);
        return {};
      } catch (error) {
        lost = error;
        throw error;
      }
    });
  }

  function begin(): Answer {
    lost = null;
    if (role === 'read') db.exec('BEGIN');
    else beginImmediate();
    began = true;
    return {};
  }

  /** SQLite's own waiting sleeps up to 100 ms and would hardly ever meet the gap between two commits of a busy process. */
  function beginImmediate(): void {
    const now = performance.now();
    if (now - committedAt > 1) turnBegan = now;
    if (now - turnBegan > turnMs) {
      rest(1);
      turnBegan = performance.now();
    }
    while (true) {
      try {
        return db.exec('BEGIN IMMEDIATE');
      } catch (error) {
        if (!isBusy(error) || performance.now() - now > busyTimeoutMs) throw error;
        rest(0.5);
      }
    }
  }

  function commit(): Answer {
    if (lost) throw lost;
    try {
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      lost = error;
      throw error;
    }
    began = false;
    if (role === 'write') boundWal();
    committedAt = performance.now();
    return {};
  }

  /** Readers that never pause keep the log from starting over; then it is waited for a moment in which none reads from it. */
  function boundWal(): void {
    if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) <= walLimitBytes) return;
    db.exec('PRAGMA busy_timeout = 200');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.exec('PRAGMA busy_timeout = 0');
  }

  function rollback(): Answer {
    if (db.isTransaction) db.exec('ROLLBACK');
    began = false;
    lost = null;
    return {};
  }

  function query(sql: string, parameters: readonly unknown[]): Answer {
    const { statement, hasRows } = prepare(sql);
    if (hasRows) return { rows: statement.all(...(parameters as SQLInputValue[])) };
    const { changes, lastInsertRowid } = statement.run(...(parameters as SQLInputValue[]));
    return { changes: Number(changes), insertId: Number(lastInsertRowid) };
  }

  function close(): Answer {
    db.close();
    return {};
  }

  function run(request: Request): Answer {
    switch (request.op) {
      case 'query':
        return guarded(() => query(request.sql, request.parameters));
      case 'savepoint':
        return control('SAVEPOINT work');
      case 'release':
        return control('RELEASE work');
      case 'undo':
        return control('ROLLBACK TO work; RELEASE work');
      case 'begin':
        return begin();
      case 'commit':
        return commit();
      case 'rollback':
        return rollback();
      case 'version':
        return query('PRAGMA data_version', []);
      case 'close':
        return close();
    }
  }

  return { run, lost: () => lost !== null };
}

type Prepared = { statement: StatementSync; hasRows: boolean };

/** Keeps the statements used last; RETURNING is told from plain writes by whether the statement has columns. */
function statementCache(db: DatabaseSync): (sql: string) => Prepared {
  const kept = new Map<string, Prepared>();
  return (sql) => {
    let prepared = kept.get(sql);
    if (prepared) kept.delete(sql);
    else {
      const statement = db.prepare(sql);
      prepared = { statement, hasRows: statement.columns().length > 0 };
    }
    kept.set(sql, prepared);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > statementsKept) kept.delete(oldest);
    return prepared;
  };
}

const cell = new Int32Array(new SharedArrayBuffer(4));
function rest(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}

function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;
}
