import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notTaken } from '#core/fixtures/disguises.ts';
import { readOnlyWhatIsTaken } from './loaders.ts';

const fixtures = join(import.meta.dirname, '../../core/fixtures');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-loaders-'));
  await sharp(join(fixtures, 'plain.png')).toFile(join(folder, 'native.v'));
  await writeFile(join(folder, 'drawing.svg'), notTaken.SVG ?? '');
  readOnlyWhatIsTaken();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Without the block sharp reads both: this file has no VIPS_BLOCK_UNTRUSTED to help it.
test.each(['native.v', 'drawing.svg'])('%s is not read, though the bundle could', async (name) => {
  await expect(sharp(join(folder, name)).metadata()).rejects.toThrow('unsupported image format');
});

test('every format that is taken is read', async () => {
  const names = (await readdir(fixtures)).filter((name) => name.startsWith('plain.'));
  expect(names).toHaveLength(6);
  for (const name of names) expect(await sharp(join(fixtures, name)).metadata(), name).toMatchObject({ width: 240 });
});
