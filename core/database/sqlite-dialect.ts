import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Dialect,
  type DialectAdapter,
  type Driver,
} from 'kysely';
import type { Schema } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** What opens, keeps and undoes one piece of work on a connection. */
interface Bounds {
  begin(connection: SqliteConnection): Promise<unknown>;
  keep(connection: SqliteConnection): Promise<unknown>;
  undo(connection: SqliteConnection): Promise<unknown>;
}

/** A work of a group commit: it lives in a savepoint of the transaction that is open. */
const savepoint: Bounds = {
  // Not waited for: the thread answers in order, and if one of these fails the transaction is lost, which its commit says.
  begin: async (connection) => void connection.request({ op: 'savepoint' }).catch(() => {}),
  keep: async (connection) => void connection.request({ op: 'release' }).catch(() => {}),
  undo: (connection) => connection.request({ op: 'undo' }).catch(() => {}),
};

/** A snapshot: one consistent state from its first statement to its end. */
const snapshot: Bounds = {
  begin: async (connection) => void connection.request({ op: 'begin' }).catch(() => {}),
  keep: (connection) => connection.request({ op: 'rollback' }),
  undo: (connection) => connection.request({ op: 'rollback' }).catch(() => {}),
};

/** Kysely whose transactions are savepoints on the writer. */
export function writerOf(connection: SqliteConnection): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: dialectOver(connection, savepoint) });
}

/** Kysely whose transactions are snapshots on a reader. */
export function readerOf(connection: SqliteConnection): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: dialectOver(connection, snapshot) });
}

function dialectOver(connection: SqliteConnection, bounds: Bounds): Dialect {
  return {
    createAdapter: () => new TransactionalDdl(),
    createDriver: () => driverOver(connection, bounds),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite undoes changes of tables with their transaction; Kysely's own adapter does not count on it. */
class TransactionalDdl extends SqliteAdapter implements DialectAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function driverOver(connection: SqliteConnection, bounds: Bounds): Driver {
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => void (await bounds.begin(connection)),
    commitTransaction: async () => void (await bounds.keep(connection)),
    rollbackTransaction: async () => void (await bounds.undo(connection)),
    releaseConnection: async () => {},
    destroy: () => connection.close(),
  };
}
