import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { inspect, type Facts, type FileLimits } from './inspect.ts';

const limits = { UPLOAD_MAX_BYTES: 4_000_000, IMAGE_MAX_PIXELS: 1_000_000, IMAGE_MAX_FRAMES: 1000 };
const fixture = (name: string) => readFile(join(import.meta.dirname, '../../core/fixtures', name));

async function look(bytes: Uint8Array, changes: Partial<FileLimits> = {}): Promise<Facts> {
  await using storage = openMemoryStorage();
  await storage.createUpload('it', '');
  await storage.append(
    'it',
    0,
    (async function* () {
      yield bytes;
    })(),
  );
  return inspect(storage, 'it', bytes.byteLength, { ...limits, ...changes });
}

const text = (latin1: string) => Buffer.from(latin1, 'latin1');
const u32 = (value: number, order: 'LE' | 'BE' = 'LE') => {
  const bytes = Buffer.alloc(4);
  if (order === 'LE') bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};

const gifFrame = text('\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0');
const gifComment = text('\x21\xfe\x01x\0');
const gif = (...parts: Buffer[]) => Buffer.concat([text('GIF89a\x01\0\x01\0\0\0\0'), ...parts, text('\x3b')]);
const many = (part: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => part));

/** A TIFF of so many empty directories behind the first; `last` says where the last one points to. */
async function tiff(directories: number, last = 0): Promise<Buffer> {
  const plain = await fixture('plain.tiff');
  const first = plain.readUInt32LE(4);
  const next = first + 2 + 12 * plain.readUInt16LE(first);
  const at = (n: number) => plain.byteLength + 6 * n;
  const chain = Array.from({ length: directories }, (_, n) =>
    Buffer.concat([Buffer.alloc(2), u32(n === directories - 1 ? last : at(n + 1))]),
  );
  plain.writeUInt32LE(directories > 0 ? at(0) : last, next);
  return Buffer.concat([plain, ...chain]);
}

/** An animated WebP of so many frames, whose pixels are missing. */
function webp(frames: number): Buffer {
  const canvas = text('VP8X\x0a\0\0\0\x02\0\0\0\x0f\0\0\x0f\0\0');
  return Buffer.concat([text('RIFF\0\0\0\0WEBP'), canvas, many(text('ANMF\0\0\0\0'), frames)]);
}

async function avif(samples: number): Promise<Buffer> {
  const table = Buffer.concat([text('stsz'), Buffer.alloc(8), u32(samples, 'BE')]);
  const box = Buffer.concat([u32(table.byteLength + 4, 'BE'), table]);
  const movie = Buffer.concat([u32(box.byteLength + 8, 'BE'), text('moov'), box]);
  return Buffer.concat([await fixture('plain.avif'), movie]);
}

const tooMany = { code: 'too_many_frames', status: 422 };

describe('frames', () => {
  it.each([
    ['animated.gif', 3],
    ['animated.webp', 3],
    ['pages.tiff', 2],
  ])('of %s are counted', async (name, frames) => {
    const bytes = await fixture(name);
    await expect(look(bytes, { IMAGE_MAX_FRAMES: frames - 1 })).rejects.toMatchObject(tooMany);
    expect(await look(bytes, { IMAGE_MAX_FRAMES: frames })).toMatchObject({ width: 240, height: 160 });
  });

  it.each<[string, (frames: number) => Buffer | Promise<Buffer>]>([
    ['a GIF', (frames) => gif(many(gifFrame, frames))],
    [
      'a GIF behind long comments',
      (frames) =>
        gif(
          many(gifComment, 10_000),
          Buffer.concat([text('\x21\xfe'), many(text('\x01x'), 500_000), text('\0')]),
          many(gifFrame, frames),
        ),
    ],
    ['a WebP', webp],
    ['a TIFF', (frames) => tiff(frames - 1)],
    ['a sequence of AVIF', avif],
  ])('of %s are as many as they may be, and no more', async (_what, make) => {
    expect(await look(await make(1000))).toMatchObject({ bytes: expect.any(Number) });
    await expect(look(await make(1001))).rejects.toMatchObject(tooMany);
    await expect(look(await make(50_000))).rejects.toMatchObject(tooMany);
  });

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['directories of a TIFF that lead in a circle', async () => tiff(2, (await fixture('plain.tiff')).readUInt32LE(4))],
    ['a directory of a TIFF that leads to itself', async () => tiff(0, (await fixture('plain.tiff')).readUInt32LE(4))],
    ['a GIF of comments', () => gif(many(gifComment, 100_000))],
    [
      'a movie without an end',
      async () => Buffer.concat([await fixture('plain.avif'), u32(0x7fff_ffff, 'BE'), text('moov')]),
    ],
    [
      'an AVIF of a thousand boxes',
      () => Buffer.concat([text('\0\0\0\x14ftypavif\0\0\0\0mif1'), many(text('\0\0\0\x08free'), 1000)]),
    ],
  ])('are not looked for without end: %s', async (_what, make) => {
    await expect(look(await make())).rejects.toMatchObject({ code: 'unreadable_header' });
  });

  it('of an animation count towards its pixels, pages do not', async () => {
    const two = { IMAGE_MAX_PIXELS: 240 * 160 * 2 };
    await expect(look(await fixture('animated.gif'), two)).rejects.toMatchObject({ code: 'too_many_pixels' });
    await expect(look(await fixture('animated.webp'), two)).rejects.toMatchObject({ code: 'too_many_pixels' });
    expect(await look(await fixture('pages.tiff'), { IMAGE_MAX_PIXELS: 240 * 160 })).toMatchObject({ width: 240 });
  });

  it('need not be there for a canvas to be too large', async () => {
    const empty = Buffer.concat([text('GIF89a\xff\xff\xff\xff\0\0\0'), text('\x3b')]);
    await expect(look(empty)).rejects.toMatchObject({ code: 'too_many_pixels' });
  });

  it('of a file that breaks off are those that are there', async () => {
    const whole = gif(many(gifFrame, 3));
    expect(await look(whole.subarray(0, -20), { IMAGE_MAX_FRAMES: 3 })).toMatchObject({ format: 'gif' });
  });
});

it('no side is longer than a JPEG can be, however few pixels that makes', async () => {
  const png = (width: number, height: number) =>
    Buffer.concat([text('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), u32(width, 'BE'), u32(height, 'BE'), text('\x08\x02\0\0\0')]);
  expect(await look(png(1, 65_535))).toMatchObject({ height: 65_535 });
  await expect(look(png(1, 65_536))).rejects.toMatchObject({ code: 'too_many_pixels' });
  await expect(look(png(65_536, 1))).rejects.toMatchObject({ code: 'too_many_pixels' });
});
