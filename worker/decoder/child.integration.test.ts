import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('a drawing that names other files is never opened', async () => {
  await using tester = await openTestPool({ program });
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
  await expect(tester.develop(drawing).result).rejects.toMatchObject({ code: 'damaged_image' });
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
