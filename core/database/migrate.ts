import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Config } from '#core/config.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Database, Reader } from './database.ts';
import { migrations } from './migrations/all.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Where the built-in database is. */
export function databasePath(config: Pick<Config, 'DATA_DIR'>): string {
  return join(config.DATA_DIR, 'darkroom.db');
}

/** Brings the database to the newest schema, making it if there is none: all pending migrations or none. */
export async function migrate(config: Pick<Config, 'DATA_DIR'>): Promise<string[]> {
  await mkdir(config.DATA_DIR, { recursive: true });
  await using database = await SqliteDatabase.open(databasePath(config));
  return database.write(async (trx) => {
    const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => migrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error;
    return (results ?? []).map(({ migrationName }) => migrationName);
  });
}

/** Throws `pending_migrations` unless the schema is the one this program was written for. */
export async function checkMigrations(database: Database): Promise<void> {
  const applied = await database.read(appliedMigrations);
  const pending = Object.keys(migrations).filter((name) => !applied.includes(name));
  if (pending.length > 0) {
    throw new DarkroomError('pending_migrations', `The database needs ${pending.join(', ')}: run scripts/migrate.ts.`);
  }
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new DarkroomError(
      'pending_migrations',
      `The database is newer than this program: it has ${unknown.join(', ')}.`,
    );
  }
}

async function appliedMigrations(trx: Reader): Promise<string[]> {
  const table = await sql`SELECT 1 FROM sqlite_schema WHERE name = 'kysely_migration'`.execute(trx);
  if (table.rows.length === 0) return [];
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(trx);
  return rows.map(({ name }) => name);
}
