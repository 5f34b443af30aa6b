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
import { DarkroomError } from '../errors.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/**
 * Kysely whose every statement is a work of its own: a SELECT reads, all else is a durable write. For a library that
 * brings its own queries and words for what fails; it has no transactions. `onFailure` hears what has a name of ours.
 */
export function oneByOne(database: Database, onFailure: (error: DarkroomError) => void): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOver(database, onFailure),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

function driverOver(database: Database, onFailure: (error: DarkroomError) => void): Driver {
  const refuse = () => Promise.reject(new Error('These statements run one by one.'));
  const connection: DatabaseConnection = {
    executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const typed = query as CompiledQuery<R>;
      const isRead = query.query.kind === 'SelectQueryNode';
      const done = isRead
        ? database.read((trx) => trx.executeQuery(typed))
        : database.write((trx) => trx.executeQuery(typed));
      return done.catch((error: unknown) => {
        if (error instanceof DarkroomError) onFailure(error);
        throw error;
      });
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
