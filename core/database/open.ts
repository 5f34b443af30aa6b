import { mkdir } from 'node:fs/promises';
import type { Config } from '#core/config.ts';
import type { Database } from './database.ts';
import { checkMigrations, databasePath } from './migrate.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Opens the database of the settings. Throws `pending_migrations` where `migrate` has to run first. */
export async function openDatabase(config: Pick<Config, 'DATA_DIR'>): Promise<Database> {
  await mkdir(config.DATA_DIR, { recursive: true });
  const database = await SqliteDatabase.open(databasePath(config));
  try {
    await checkMigrations(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
