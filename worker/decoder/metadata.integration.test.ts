import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPreset, type DerivativeRecipe } from '#core/domain/preset.ts';
import { polyglots } from '#core/fixtures/disguises.ts';
import { develop } from './develop.ts';
import { hasExifTool, readTags, writeTags } from './testing/exiftool.ts';
import { commonBytes, residueOfBytes, residueOfTags } from './testing/residue.ts';

const fixtures = join(import.meta.dirname, '../../core/fixtures');
const jpeg: DerivativeRecipe = { name: 'print', format: 'jpeg', width: 1920, quality: 80 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-metadata-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Develops a picture to the files of the preset and to a JPEG; resolves to their paths. */
async function developAll(input: string): Promise<string[]> {
  const paths: string[] = [];
  await develop({
    input,
    derivatives: [jpeg, ...defaultPreset.derivatives],
    maxPixels: 1e8,
    maxFrames: 1000,
    onKnown: () => {},
    async onEncoded({ name, format }, _size, file) {
      const path = join(folder, `${paths.length}-${basename(input)}-${name}.${format}`);
      await writeFile(path, file);
      paths.push(path);
    },
  });
  return paths;
}

const serial = 'SN-4711-0815-DARKROOM';
const planted = [serial, '52.5200066', 'Planted Artist', 'Planted Byline', 'Planted Comment', 'Planted Software'];
const tags = [
  `-ExifIFD:SerialNumber=${serial}`,
  `-ExifIFD:LensSerialNumber=${serial}`,
  '-GPSLatitude=52.5200066',
  '-GPSLatitudeRef=N',
  '-GPSLongitude=13.404954',
  '-GPSLongitudeRef=E',
  '-IFD0:Artist=Planted Artist',
  '-IFD0:Software=Planted Software',
  '-ExifIFD:UserComment=Planted Comment',
  '-XMP-dc:Creator=Planted Artist',
  `-XMP-aux:SerialNumber=${serial}`,
  '-XMP-exif:GPSLatitude=52.5200066',
  '-IPTC:By-line=Planted Byline',
  '-Comment=Planted Comment',
  '-PNG:Author=Planted Artist',
  `-ThumbnailImage<=${join(fixtures, 'plain.jpg')}`,
];
const trailers = {
  zip: 'PK\x03\x04\x14\0\0\0\0\0Planted Archive/evil.sh',
  html: '<!doctype html><script>alert("Planted Script")</script>',
  php: '<?php system("Planted Command"); ?>',
};

test.runIf(hasExifTool()).for(['jpg', 'png', 'webp', 'gif', 'tiff', 'avif'])(
  'nothing that a %s carries besides the picture comes through',
  async (extension) => {
    const laden = join(folder, `laden.${extension}`);
    await writeFile(laden, await readFile(join(fixtures, `plain.${extension}`)));
    await writeTags(laden, tags);
    const [before] = await readTags([laden]);
    expect(Object.values(before ?? {}).join()).toContain(serial);
    const bytes = Buffer.concat([await readFile(laden), Buffer.from(Object.values(trailers).join(''), 'latin1')]);
    await writeFile(laden, bytes);

    const paths = await developAll(laden);
    expect(paths).toHaveLength(4);
    for (const [index, found] of (await readTags(paths)).entries()) {
      const derivative = await readFile(paths[index] ?? '');
      expect(residueOfTags(found)).toEqual([]);
      expect(residueOfBytes(derivative)).toEqual([]);
      expect([...planted, ...Object.values(trailers)].filter((text) => derivative.includes(text, 0, 'latin1'))).toEqual(
        [],
      );
    }
  },
);

test.runIf(hasExifTool()).for(Object.entries(polyglots))('%s becomes pictures and nothing else', async ([, bytes]) => {
  expect(bytes.includes('Planted')).toBe(true);
  const path = join(folder, 'polyglot');
  await writeFile(path, bytes);
  const paths = await developAll(path);
  expect(paths).toHaveLength(4);
  expect((await readTags(paths)).flatMap(residueOfTags)).toEqual([]);
  for (const derivative of await Promise.all(paths.map((each) => readFile(each)))) {
    expect(residueOfBytes(derivative)).toEqual([]);
    expect(derivative.includes('Planted')).toBe(false);
  }
});

test.runIf(hasExifTool())(
  'the derivatives of every picture at hand say how they are coded and nothing else',
  async () => {
    const names = (await readdir(fixtures)).filter((name) => /\.(jpg|png|webp|gif|tiff|avif)$/.test(name));
    const paths = (await Promise.all(names.map((name) => developAll(join(fixtures, name)).catch(() => [])))).flat();
    expect(paths.length).toBeGreaterThan(4 * (names.length - 2));
    const residue = (await readTags(paths)).map(residueOfTags);
    expect(residue.flat()).toEqual([]);
    for (const path of paths) expect(residueOfBytes(await readFile(path)), path).toEqual([]);
  },
);

test('the judge sees what is left in a file', async () => {
  const camera = await readFile(join(fixtures, 'camera.jpg'));
  expect(residueOfBytes(camera)).toEqual(['a segment e1']);
  expect(residueOfBytes(Buffer.concat([camera, Buffer.from('PK')]))).toEqual(['a segment e1', 'bytes after the end']);
  const turned = await readFile(join(fixtures, 'rotated-6.webp'));
  expect(residueOfBytes(Buffer.concat([turned, Buffer.from('<?')]))).toEqual([
    '2 bytes after the end',
    'a chunk ICCP',
    'a chunk EXIF',
  ]);
  expect(commonBytes(camera, camera.subarray(20, 60), ['Pinhole 1'])).toContain('Pinhole 1');
});
