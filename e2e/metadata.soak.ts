import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { metadataPictures } from '../scripts/metadata-pictures.mjs';
import { detectIsolation } from '../worker/decoder/sandbox.ts';
import { hasExifTool, readTags, type Tags } from '../worker/decoder/testing/exiftool.ts';
import { openTestPool } from '../worker/decoder/testing/open-pool.ts';
import { commonBytes, residueOfBytes, residueOfTags } from '../worker/decoder/testing/residue.ts';

const program = join(import.meta.dirname, '../worker/decoder/child.ts');
const taken = /^(JPEG|MPO|PNG|APNG|WEBP|GIF|TIFF|BTF|AVIF)$/;
const place = /:GPS/;
const person = /Serial|ImageUniqueID|OwnerName/;

test.runIf(hasExifTool())(
  'no derivative of the pictures of Pillow and exiv2 says where, with what or by whom',
  async () => {
    const paths = picturesOrNone();
    if (!paths) return;
    // What would be too much in a derivative is what makes a picture worth developing here.
    const originals = (await readTags(paths)).filter(
      (tags) => taken.test(tags['File:FileType'] ?? '') && residueOfTags(tags).length > 0,
    );
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-metadata-'));
    await using tester = await openTestPool({ program, isolation: detectIsolation(), timeoutMs: 20_000 });
    const counts = { laden: originals.length, developed: 0, withPlace: 0, withSerial: 0, derivatives: 0 };
    const residue: string[] = [];
    try {
      for (const original of originals) {
        const bytes = await readFile(original.SourceFile ?? '');
        const { result, files } = tester.develop(bytes);
        if (!(await succeeds(result))) continue;
        counts.developed += 1;
        counts.withPlace += Number(has(original, place));
        counts.withSerial += Number(has(original, person));
        const metadata = await exifOf(bytes);
        for (const file of files.values()) {
          const found = [...residueOfBytes(file), ...commonBytes(file, metadata, valuesOf(original))];
          residue.push(...found.map((what) => `${original.SourceFile}: ${what}`));
          await writeFile(join(folder, `${counts.derivatives}.webp`), file);
          counts.derivatives += 1;
        }
      }
      const derivatives = Array.from({ length: counts.derivatives }, (_, index) => join(folder, `${index}.webp`));
      for (const tags of await readTags(derivatives)) residue.push(...residueOfTags(tags));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    console.info(counts);
    expect(residue).toEqual([]);
    expect(counts.derivatives).toBe(3 * counts.developed);
    expect(Math.min(counts.withPlace, counts.withSerial)).toBeGreaterThanOrEqual(5);
  },
);

function has(tags: Tags, pattern: RegExp): boolean {
  return Object.keys(tags).some((name) => pattern.test(name));
}

/** What would tell a place, a camera or a person, as it stands in a file; ExifTool says in brackets what is no text. */
function valuesOf(tags: Tags): string[] {
  const telling = Object.entries(tags).filter(([name]) => place.test(name) || person.test(name));
  return telling.map(([, value]) => value).filter((value) => !value.startsWith('('));
}

/** The block that holds positions as numbers. */
async function exifOf(bytes: Buffer): Promise<Buffer> {
  const metadata = await sharp(bytes)
    .metadata()
    .catch(() => null);
  return metadata?.exif ?? Buffer.alloc(0);
}

/** The packages have many pictures that nobody can decode. */
function succeeds(result: Promise<unknown>): Promise<boolean> {
  return result.then(
    () => true,
    () => false,
  );
}

/** Null, with a warning, on a machine that cannot fetch Debian's sources. */
function picturesOrNone(): string[] | null {
  try {
    return metadataPictures();
  } catch (error) {
    process.emitWarning(`The pictures of Pillow and exiv2 were not developed: they cannot be had (${String(error)}).`);
    return null;
  }
}
