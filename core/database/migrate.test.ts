import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { databasePath, migrate } from './migrate.ts';
import { openDatabase } from './open.ts';
import { SqliteDatabase } from './sqlite-database.ts';

test('a database that was not migrated is refused with one line that says what to do', async () => {
  const config = await emptyFolder();
  const refusal = openDatabase(config);
  await expect(refusal).rejects.toMatchObject({ code: 'pending_migrations' });
  await expect(refusal).rejects.toThrow(
    /^The database needs 001-tables, 002-dead-letters: run scripts\/migrate\.ts\.$/,
  );
});

test('migrating says what it applied, and applies nothing twice, however many do it at once', async () => {
  const config = await emptyFolder();
  const applied = await Promise.all([migrate(config), migrate(config), migrate(config)]);
  expect(applied.flat()).toEqual(['001-tables', '002-dead-letters']);
  expect(await migrate(config)).toEqual([]);
  await (await openDatabase(config)).close();
});

test('a database of a newer program is refused', async () => {
  const config = await emptyFolder();
  await migrate(config);
  await using database = await SqliteDatabase.open(databasePath(config));
  await database.write(async (trx) => {
    const migrations = trx.withTables<{ kysely_migration: { name: string; timestamp: string } }>();
    await migrations
      .insertInto('kysely_migration')
      .values({ name: '999-future', timestamp: '2030-01-01T00:00:00Z' })
      .execute();
  });
  await expect(openDatabase(config)).rejects.toThrow('The database is newer than this program: it has 999-future.');
});

test('a file that is no database is refused with database_unavailable', async () => {
  const config = await emptyFolder();
  await writeFile(databasePath(config), 'this is a letter and not a database, however long it may go on, and so on');
  await expect(openDatabase(config)).rejects.toMatchObject({ code: 'database_unavailable' });
});

async function emptyFolder(): Promise<{ DATA_DIR: string }> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'darkroom-migrate-'));
  onTestFinished(() => rm(DATA_DIR, { recursive: true, force: true }));
  return { DATA_DIR };
}
