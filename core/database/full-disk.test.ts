import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from './database.ts';
import { newFolder, open } from './testing/folder.ts';

test.each([
  { when: 'at the commit', cachedPages: 4000 },
  { when: 'in the middle of a statement', cachedPages: 10 },
])('a disk that fills up $when loses nothing acknowledged and keeps nothing refused', async ({ cachedPages }) => {
  const disk = await mountDisk('8m');
  if (disk === null) return process.emitWarning('No small disk can be mounted here (that takes root): not tested.');
  const database = await open(await newFolder(disk));
  await writeFile(join(disk, 'ballast'), Buffer.alloc(3 << 20));
  await database.write((trx) => sql`PRAGMA cache_size = ${sql.lit(cachedPages)}`.execute(trx));

  const results = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => insert(database, `before-${n}`)));
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'storage_full' });
  const acknowledged = results.flatMap(({ status }, n) => (status === 'fulfilled' ? [`before-${n}`] : []));
  expect(await names(database)).toEqual(acknowledged.toSorted());

  await rm(join(disk, 'ballast'));
  await insert(database, 'with room');
  expect(await names(database)).toEqual([...acknowledged.toSorted(), 'with room']);
  const { rows } = await database.read((trx) => sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(trx));
  expect(rows).toEqual([{ integrity_check: 'ok' }]);
});

/** Three rows of 100 KB. */
async function insert(database: Database, name: string): Promise<void> {
  await database.write(async (trx) => {
    for (const suffix of ['', ' 2', ' 3']) {
      await trx
        .insertInto('leases')
        .values({ name: name + suffix, holder: 'x'.repeat(100_000), expires_ms: suffix === '' ? 1 : 0 })
        .execute();
    }
  });
}

async function names(database: Database): Promise<string[]> {
  const query = (trx: Parameters<Parameters<Database['read']>[0]>[0]) =>
    trx.selectFrom('leases').select('name').where('expires_ms', '=', 1).orderBy('name').execute();
  return (await database.read(query)).map(({ name }) => name);
}

async function mountDisk(size: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    await rm(folder, { recursive: true });
    return null;
  }
  onTestFinished(async () => {
    execFileSync('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true });
  });
  return folder;
}
