import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { inspect, type Facts, type FileLimits } from './inspect.ts';

const limits = { UPLOAD_MAX_BYTES: 200_000, IMAGE_MAX_PIXELS: 1_000_000, IMAGE_MAX_FRAMES: 1000 };
const fixture = (name: string) => readFile(join(import.meta.dirname, '../../core/fixtures', name));

async function look(bytes: Uint8Array, chunk = 700, changes: Partial<FileLimits> = {}): Promise<Facts> {
  await using storage = openMemoryStorage();
  await storage.createUpload('it', '');
  await storage.append('it', 0, pieces(bytes, chunk));
  return inspect(storage, 'it', bytes.byteLength, { ...limits, ...changes });
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

function png(width: number, height: number): Buffer {
  const bytes = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function segment(marker: number, length: number): Buffer {
  const bytes = Buffer.alloc(2 + length, 'darkroom ');
  bytes.writeUInt16BE(0xff00 + marker, 0);
  bytes.writeUInt16BE(length, 2);
  return bytes;
}

describe('inspect', () => {
  it.each([
    ['plain.jpg', 'jpeg', 240, 160],
    ['progressive.jpg', 'jpeg', 240, 160],
    ['grey.jpg', 'jpeg', 240, 160],
    ['cmyk.jpg', 'jpeg', 240, 160],
    ['camera.jpg', 'jpeg', 240, 160],
    ['rotated-3.jpg', 'jpeg', 240, 160],
    ['rotated-6.jpg', 'jpeg', 160, 240],
    ['rotated-8.jpg', 'jpeg', 160, 240],
    ['truncated.jpg', 'jpeg', 240, 160],
    ['plain.png', 'png', 240, 160],
    ['alpha.png', 'png', 240, 160],
    ['deep.png', 'png', 240, 160],
    ['rotated-6.png', 'png', 160, 240],
    ['truncated.png', 'png', 240, 160],
    ['plain.webp', 'webp', 240, 160],
    ['lossless.webp', 'webp', 240, 160],
    ['animated.webp', 'webp', 240, 160],
    ['rotated-6.webp', 'webp', 160, 240],
    ['plain.gif', 'gif', 240, 160],
    ['animated.gif', 'gif', 240, 160],
    ['plain.avif', 'avif', 240, 160],
    ['alpha.avif', 'avif', 240, 160],
    ['rotated-6.avif', 'avif', 160, 240],
    ['plain.tiff', 'tiff', 240, 160],
    ['pages.tiff', 'tiff', 240, 160],
    ['big.tiff', 'tiff', 240, 160],
    ['rotated-6.tiff', 'tiff', 160, 240],
  ])('reads %s as %s, shown %d × %d', async (name, format, width, height) => {
    const bytes = await fixture(name);
    expect(await look(bytes)).toEqual({ format, width, height, bytes: bytes.byteLength });
  });

  it('finds the dimensions of a JPEG behind large application segments', async () => {
    const plain = await fixture('plain.jpg');
    const bytes = Buffer.concat([
      plain.subarray(0, 2),
      segment(0xed, 65_535),
      segment(0xe2, 65_535),
      plain.subarray(2),
    ]);
    expect(await look(bytes)).toMatchObject({ width: 240, height: 160 });
  });

  it('finds the directory of a TIFF at the far end of the file', async () => {
    const plain = await fixture('plain.tiff');
    const at = plain.readUInt32LE(4);
    const bytes = Buffer.concat([plain.subarray(0, at), Buffer.alloc(150_000), plain.subarray(at)]);
    bytes.writeUInt32LE(at + 150_000, 4);
    expect(await look(bytes)).toMatchObject({ width: 240, height: 160 });
  });

  it.each([
    ['nothing', '', 'empty_file', 'no bytes'],
    ['SVG', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'unsupported_format', 'SVG'],
    ['SVG behind a byte order mark', '\xef\xbb\xbf <svg>', 'unsupported_format', 'SVG'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'unsupported_format', 'HEIC'],
    ['MP4', '\0\0\0\x18ftypisom\0\0\0\0isommp42', 'unsupported_format', 'a video'],
    ['BMP', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'unsupported_format', 'BMP'],
    ['PSD', '8BPS\0\x01', 'unsupported_format', 'Photoshop'],
    ['PDF', '%PDF-1.7', 'unsupported_format', 'PDF'],
    ['HTML', '<!doctype html><script>alert(1)</script>', 'unsupported_format', 'HTML'],
    ['ZIP', 'PK\x03\x04', 'unsupported_format', 'ZIP'],
    ['text', 'Dear diary,\r\n\ttoday', 'unsupported_format', 'a text file'],
    ['Canon raw', 'II*\0\x10\0\0\0CR\x02\0', 'unsupported_format', 'raw'],
    ['noise', '\x00\x01\x02\x03\x80\x81', 'unsupported_format', 'takes JPEG'],
    ['a JPEG that stops', '\xff\xd8\xff\xe0\0\x10JFIF', 'unreadable_header', 'JPEG'],
    ['a JPEG with pixels and no frame', '\xff\xd8\xff\xda\0\x08xxxxxx', 'unreadable_header', 'JPEG'],
    ['a PNG that stops', '\x89PNG\r\n\x1a\n\0\0', 'unreadable_header', 'PNG'],
    ['a GIF that stops', 'GIF89a\x01', 'unreadable_header', 'GIF'],
    ['a WebP of nothing', 'RIFF\x04\0\0\0WEBP', 'unreadable_header', 'WEBP'],
    ['an AVIF of nothing', '\0\0\0\x14ftypavif\0\0\0\0mif1', 'unreadable_header', 'AVIF'],
    ['an AVIF whose box has no size', '\0\0\0\x14ftypavif\0\0\0\0mif1\0\0\0\0meta', 'unreadable_header', 'AVIF'],
    ['a TIFF that points beyond its end', 'II*\0\xff\xff\xff\xff', 'unreadable_header', 'TIFF'],
    [
      'a BigTIFF that points beyond 2^53',
      'II+\0\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff',
      'unreadable_header',
      'TIFF',
    ],
    ['a TIFF with an endless directory', `II*\0\x08\0\0\0\xff\xff${'x'.repeat(100)}`, 'unreadable_header', 'TIFF'],
  ])('refuses %s', async (_name, text, code, detail) => {
    const refused = expect.objectContaining({ name: 'DarkroomError', code, message: expect.stringContaining(detail) });
    await expect(look(Buffer.from(text, 'latin1'))).rejects.toEqual(refused);
  });

  it('refuses sides of nothing, and takes as many pixels as it may and no more', async () => {
    await expect(look(png(0, 10))).rejects.toMatchObject({ code: 'unreadable_header' });
    expect(await look(png(1000, 1000))).toMatchObject({ width: 1000, height: 1000 });
    await expect(look(png(1000, 1001))).rejects.toMatchObject({ code: 'too_many_pixels' });
    await expect(look(png(0xffff_ffff, 0xffff_ffff))).rejects.toMatchObject({ code: 'too_many_pixels' });
  });

  it('takes as many bytes as it may and no more', async () => {
    const plain = await fixture('plain.jpg');
    const grown = (length: number) => Buffer.concat([plain, Buffer.alloc(length - plain.byteLength)]);
    expect(await look(grown(200_000))).toMatchObject({ bytes: 200_000 });
    await expect(look(grown(200_001))).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('says only what it promises about any damaged header', { timeout: 60_000 }, async () => {
    const names = [
      'rotated-6.jpg',
      'rotated-6.png',
      'rotated-6.webp',
      'animated.gif',
      'rotated-6.avif',
      'rotated-6.tiff',
      'big.tiff',
    ];
    const told = new Set<string>();
    for (const name of names) {
      const whole = await fixture(name);
      const random = numbers(name.length);
      for (let round = 0; round < 150; round += 1) {
        const bytes = Buffer.from(whole);
        for (let hit = random(12); hit >= 0; hit -= 1)
          bytes[4 + random(Math.min(600, bytes.byteLength - 4))] = random(256);
        const outcome = await look(
          bytes.subarray(0, bytes.byteLength - random(bytes.byteLength)),
          1 + random(4000),
        ).then(
          () => 'taken',
          (error: unknown) => (error instanceof DarkroomError ? error.code : 'another error'),
        );
        told.add(outcome);
      }
    }
    const promised = ['taken', 'unsupported_format', 'unreadable_header', 'too_many_pixels'];
    expect([...told].filter((outcome) => !promised.includes(outcome))).toEqual([]);
  });
});

/** Small numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
