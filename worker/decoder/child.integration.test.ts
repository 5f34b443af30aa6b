import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notTaken } from '#core/fixtures/disguises.ts';
import { mountTinyDisk } from '#core/fixtures/tiny-disk.ts';
import { detectIsolation } from './sandbox.ts';
import { openTestPool } from './testing/open-pool.ts';

const program = join(import.meta.dirname, 'child.ts');
const plain = await readFile(join(import.meta.dirname, '../../core/fixtures/plain.jpg'));

test('the real child develops a picture with all that isolates it', async () => {
  await using tester = await openTestPool({ program, isolation: detectIsolation() });
  const { result, files } = tester.develop(plain);
  expect(await result).toEqual([]);
  expect(files.size).toBe(3);
});

test('no decoder opens what is not taken, whatever it is handed', async () => {
  await using tester = await openTestPool({ program, isolation: detectIsolation() });
  for (const [kind, bytes] of Object.entries(notTaken)) {
    const { result, files } = tester.develop(bytes);
    await expect(result, kind).rejects.toMatchObject({ code: 'damaged_image' });
    expect(files.size).toBe(0);
  }
});

test('a scratch folder without room is told apart from a damaged picture', async () => {
  await using disk = await mountTinyDisk(256 << 10);
  if (!disk) return;
  await using tester = await openTestPool({ program }, disk.folder);
  const ballast = join(disk.folder, 'ballast');
  await expect(writeFile(ballast, Buffer.alloc(512 << 10))).rejects.toMatchObject({ code: 'ENOSPC' });
  const roomForTheOriginal = 4096;
  await truncate(ballast, (await stat(ballast)).size - roomForTheOriginal);
  await expect(tester.develop(plain).result).rejects.toMatchObject({ code: 'storage_full' });
  await rm(ballast);
  expect(await tester.develop(plain).result).toEqual([]);
});
