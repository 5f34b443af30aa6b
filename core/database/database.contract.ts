import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from './database.ts';

/** An engine under test: `open` opens the one database of this test as one more process would. */
export interface EngineUnderTest {
  folder: { DATA_DIR: string };
  open: () => Promise<Database>;
}

/** The numbered guarantees of `Database`, for each engine. */
export function databaseContract(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(`${name} keeps the guarantees of a database`, () => {
    test('[1] what was written is there for another process, and after closing', async () => {
      const { open } = await start();
      const database = await open();
      const other = await open();
      await insert(database, 'a');
      expect(await names(other)).toEqual(['a']);
      await database.close();
      await other.close();
      expect(await names(await open())).toEqual(['a']);
    });

    test('[1] what a killed process was told is written, is', async () => {
      const { folder, open } = await start();
      const database = await open();
      await insert(database, 'shared');
      const acknowledged = await writeUntilKilled(folder, 300);
      const kept = await names(database);
      expect(acknowledged.length).toBeGreaterThanOrEqual(300);
      expect(acknowledged.filter((n) => !kept.includes(`killed-${n}`))).toEqual([]);
      expect(await valueOf(database, 'shared')).toBe(kept.length - 1);
    });

    test('[1] nothing stays of a write that throws', async () => {
      const { open } = await start();
      const database = await open();
      const failing = database.write(async (trx) => {
        await trx.insertInto('leases').values({ name: 'a', holder: '', expires_ms: 0 }).execute();
        throw new Error('after the insert');
      });
      await expect(failing).rejects.toThrow('after the insert');
      expect(await names(database)).toEqual([]);
    });

    test('[2] processes that write at the same time see each other’s finished changes only, and none fails', async () => {
      const { folder, open } = await start();
      const database = await open();
      await insert(database, 'shared');
      const writes = 200;
      const others = ['a', 'b'].map((process) => runWriter(folder, process, writes));
      await Promise.all([...others, ...Array.from({ length: writes }, () => increment(database, 'shared'))]);
      expect(await valueOf(database, 'shared')).toBe(3 * writes);
    });

    test('[2] a write does not see the changes of another that threw', async () => {
      const { open } = await start();
      const database = await open();
      const failing = database.write(async (trx) => {
        await trx.insertInto('leases').values({ name: 'a', holder: '', expires_ms: 0 }).execute();
        throw new Error('undone');
      });
      const seen = database.write((trx) => trx.selectFrom('leases').select('name').execute());
      await expect(failing).rejects.toThrow('undone');
      expect(await seen).toEqual([]);
    });

    test('[3] many writes share few commits, and one that throws takes none with it', async () => {
      const { open } = await start();
      const database = await open();
      let commits = 0;
      const stop = database.onCommit(() => (commits += 1));
      const writes = Array.from({ length: 60 }, (_, n) =>
        n === 30 ? insertTwice(database, 'n30') : insert(database, `n${n}`),
      );
      const results = await Promise.allSettled(writes);
      stop();
      expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([30]);
      expect(await names(database)).toHaveLength(59);
      expect(commits).toBeLessThan(30);
    });

    test('[4] a read sees one state for all its length', async () => {
      const { open } = await start();
      const database = await open();
      await insert(database, 'a');
      const [before, after] = await database.read(async (trx) => {
        const first = await trx.selectFrom('leases').select('name').execute();
        await insert(database, 'b');
        return [first.length, (await trx.selectFrom('leases').select('name').execute()).length];
      });
      expect([before, after]).toEqual([1, 1]);
      expect(await names(database)).toEqual(['a', 'b']);
    });

    test('[4] a read does not wait for a writer, and does not see what it has not finished', async () => {
      const { open } = await start();
      const database = await open();
      const [written, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const writing = database.write(async (trx) => {
        await trx.insertInto('leases').values({ name: 'a', holder: '', expires_ms: 0 }).execute();
        written.resolve();
        await finish.promise;
      });
      await written.promise;
      expect(await names(database)).toEqual([]);
      finish.resolve();
      await writing;
      expect(await names(database)).toEqual(['a']);
    });

    test('[4] a read cannot change anything', async () => {
      const { open } = await start();
      const database = await open();
      const changing = database.read((trx) =>
        trx.insertInto('leases').values({ name: 'a', holder: '', expires_ms: 0 }).execute(),
      );
      await expect(changing).rejects.toThrow();
      expect(await names(database)).toEqual([]);
    });

    test.each(['read', 'write'] as const)(
      '[5] the event loop goes on while a long statement runs in a %s',
      async (kind) => {
        const { open } = await start();
        const database = await open();
        await database.ping();
        let turns = 0;
        let running = true;
        const turn = () => {
          turns += 1;
          if (running) setImmediate(turn);
        };
        setImmediate(turn);
        await database[kind]((trx) =>
          sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n`.execute(
            trx,
          ),
        );
        running = false;
        expect(turns).toBeGreaterThan(100);
      },
    );

    test('[6] listeners hear the commits of this process and of another', async () => {
      const { open } = await start();
      const [database, other] = [await open(), await open()];
      let expected = { name: '', heard: Promise.withResolvers<void>() };
      const hear = async () => (await names(database)).includes(expected.name) && expected.heard.resolve();
      database.onCommit(() => void hear());
      for (const [n, writer] of [database, other, database, other].entries()) {
        expected = { name: `heard-${n}`, heard: Promise.withResolvers() };
        await insert(writer, expected.name);
        await expect(expected.heard.promise).resolves.toBeUndefined();
      }
    });

    test('[6] who has stopped listening hears nothing more', async () => {
      const { open } = await start();
      const database = await open();
      let heard = 0;
      const stop = database.onCommit(() => (heard += 1));
      await insert(database, 'a');
      stop();
      const before = heard;
      await insert(database, 'b');
      expect(heard).toBe(before);
      expect(before).toBeGreaterThan(0);
    });

    test('a closed database refuses with database_unavailable, after finishing what it had taken', async () => {
      const { open } = await start();
      const database = await open();
      const taken = insert(database, 'taken');
      await Promise.all([database.close(), database.close()]);
      await taken;
      await expect(database.write(async () => {})).rejects.toMatchObject({ code: 'database_unavailable' });
      await expect(database.read(async () => {})).rejects.toMatchObject({ code: 'database_unavailable' });
      await expect(database.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
      expect(await names(await open())).toEqual(['taken']);
    });
  });
}

async function insert(database: Database, name: string): Promise<void> {
  await database.write((trx) => trx.insertInto('leases').values({ name, holder: '', expires_ms: 0 }).execute());
}

async function insertTwice(database: Database, name: string): Promise<void> {
  await database.write(async (trx) => {
    for (const _ of [1, 2]) await trx.insertInto('leases').values({ name, holder: '', expires_ms: 0 }).execute();
  });
}

async function increment(database: Database, name: string): Promise<void> {
  await database.write(async (trx) => {
    const row = await trx.selectFrom('leases').select('expires_ms').where('name', '=', name).executeTakeFirstOrThrow();
    await trx
      .updateTable('leases')
      .set({ expires_ms: row.expires_ms + 1 })
      .where('name', '=', name)
      .execute();
  });
}

async function names(database: Database): Promise<string[]> {
  const rows = await database.read((trx) => trx.selectFrom('leases').select('name').orderBy('name').execute());
  return rows.map(({ name }) => name);
}

async function valueOf(database: Database, name: string): Promise<number> {
  const row = await database.read((trx) =>
    trx.selectFrom('leases').select('expires_ms').where('name', '=', name).executeTakeFirstOrThrow(),
  );
  return row.expires_ms;
}

const writer = fileURLToPath(new URL('./testing/writing-process.ts', import.meta.url));

async function runWriter({ DATA_DIR }: { DATA_DIR: string }, name: string, writes: number): Promise<void> {
  const child = spawn(process.execPath, [writer, DATA_DIR, name, String(writes)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
}

/** Kills the writer as soon as so many of its writes are acknowledged; resolves to all that were. */
async function writeUntilKilled({ DATA_DIR }: { DATA_DIR: string }, after: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, DATA_DIR, 'killed', '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (acknowledged.push(line) === after) child.kill('SIGKILL');
  }
  return acknowledged;
}
