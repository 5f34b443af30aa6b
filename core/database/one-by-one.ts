import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/**
 * Kysely whose every statement is a work of its own: a SELECT reads, all else is a durable write. For a library that
 * brings its own queries; it has no transactions.
 */
export function oneByOne(database: Database): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOver(database),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

function driverOver(database: Database): Driver {
  const refuse = () => Promise.reject(new Error('These statements run one by one.'));
  const connection: DatabaseConnection = {
    executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const typed = query as CompiledQuery<R>;
      if (query.query.kind === 'SelectQueryNode') return database.read((trx) => trx.executeQuery(typed));
      return database.write((trx) => trx.executeQuery(typed));
    },
    // oxlint-disable-next-line require-yield
    async *streamQuery() {
      throw new Error('Rows are not streamed.');
    },
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}
