import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, onTestFinished, test } from 'vitest';
import { must } from '#core/domain/testing/must.ts';
import { databasePath, migrate } from './migrate.ts';
import { migrations } from './migrations/all.ts';
import { openDatabase } from './open.ts';
import { addToOutbox, promisedMessage, takeOutbox } from './outbox.ts';
import { SqliteDatabase } from './sqlite-database.ts';

test('a database that was not migrated is refused with one line that says what to do', async () => {
  const config = await emptyFolder();
  const refusal = openDatabase(config);
  await expect(refusal).rejects.toMatchObject({ code: 'pending_migrations' });
  await expect(refusal).rejects.toThrow(
    /^The database needs 001-tables, 002-dead-letters, 003-accounts: run scripts\/migrate\.ts\.$/,
  );
});

test('migrating says what it applied, and applies nothing twice, however many do it at once', async () => {
  const config = await emptyFolder();
  const applied = await Promise.all([migrate(config), migrate(config), migrate(config)]);
  expect(applied.flat()).toEqual(['001-tables', '002-dead-letters', '003-accounts']);
  expect(await migrate(config)).toEqual([]);
  await (await openDatabase(config)).close();
});

test('promises made before the outbox took bytes are kept, in their order', async () => {
  const config = await emptyFolder();
  await using old = await SqliteDatabase.open(databasePath(config));
  await old.write(async (trx) => {
    const { '001-tables': tables } = migrations;
    const migrator = new Migrator({
      db: trx,
      provider: { getMigrations: async () => ({ '001-tables': must(tables) }) },
    });
    expect((await migrator.migrateToLatest()).error).toBeUndefined();
    await sql`INSERT INTO outbox (seq, topic, key, value, headers) VALUES (41, 't', 'k', '{"id":"1"}', '{"a":"b"}'), (42, 't', NULL, '{}', '{}')`.execute(
      trx,
    );
  });
  expect(await migrate(config)).toEqual(['002-dead-letters', '003-accounts']);
  await using database = await openDatabase(config);
  await database.write((trx) => addToOutbox(trx, [{ topic: 't', key: null, event: null }]));
  const rows = await database.read((trx) => takeOutbox(trx, 10));
  expect(rows.map(({ seq }) => seq)).toEqual([41, 42, 43]);
  expect(rows.map(promisedMessage)).toEqual([
    { key: 'k', value: Buffer.from('{"id":"1"}'), headers: { a: 'b' } },
    { key: null, value: Buffer.from('{}'), headers: {} },
    { key: null, value: null, headers: {} },
  ]);
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
