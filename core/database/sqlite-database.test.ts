import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { databaseContract } from './database.contract.ts';
import { newDatabase, newFolder, open } from './testing/folder.ts';

databaseContract('SQLite', async () => {
  const folder = await newFolder();
  return { folder, open: () => open(folder) };
});

describe('SQLite', () => {
  test('commits are flushed to the disk, and references are checked', async () => {
    const database = await newDatabase();
    const settings = await database.write(async (trx) => {
      const synchronous = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(trx);
      const foreignKeys = await sql<{ foreign_keys: number }>`PRAGMA foreign_keys`.execute(trx);
      return { ...synchronous.rows[0], ...foreignKeys.rows[0] };
    });
    expect(settings).toEqual({ synchronous: 2, foreign_keys: 1 });
  });

  test('where the whole transaction is lost, all its writes reject, none stays, and the next ones succeed', async () => {
    const database = await newDatabase();
    const insert = (name: string) =>
      database.write((trx) => trx.insertInto('leases').values({ name, holder: '', expires_ms: 0 }).execute());
    const before = insert('before');
    // What SQLite does by itself when the disk fills up in the middle of a statement.
    const losing = database.write(async (trx) => {
      await sql`ROLLBACK`.execute(trx).catch(() => {});
      await trx
        .insertInto('leases')
        .values({ name: 'losing', holder: '', expires_ms: 0 })
        .execute()
        .catch(() => {});
    });
    const after = insert('after');
    const results = await Promise.allSettled([before, losing, after]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    const kept = await database.read((trx) => trx.selectFrom('leases').select('name').execute());
    expect(kept).toEqual([{ name: 'after' }]);
  });

  test('a database that is full refuses with storage_full, keeps what it had and goes on when there is room', async () => {
    const database = await newDatabase();
    const limit = (pages: number) =>
      database.write((trx) => sql`PRAGMA max_page_count = ${sql.lit(pages)}`.execute(trx));
    const insert = (name: string) =>
      database.write((trx) =>
        trx
          .insertInto('leases')
          .values({ name, holder: 'x'.repeat(10_000), expires_ms: 0 })
          .execute(),
      );
    await insert('first');
    await limit(1);
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => insert(`full-${n}`)));
    const refused = results.flatMap((result, n) =>
      result.status === 'rejected' ? [{ n, reason: result.reason }] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'storage_full' });
    await limit(1_000_000);
    await insert('last');
    const kept = await database.read((trx) => trx.selectFrom('leases').select('name').execute());
    expect(kept).toHaveLength(2 + 20 - refused.length);
  });

  test('a statement that does not fit the tables says what SQLite said', async () => {
    const database = await newDatabase();
    await expect(database.read((trx) => sql`SELECT * FROM nowhere`.execute(trx))).rejects.toThrow(
      'no such table: nowhere',
    );
  });
});
