import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const fixtures = join(import.meta.dirname, '../core/fixtures');

/** Path of a committed picture. */
export function fixture(name: string): string {
  return join(fixtures, name);
}

/**
 * Writes a PNG of noise, which no compression makes smaller (3 bytes a pixel), so that a file of any size and a picture of
 * any work can be had. Pictures of different seeds are different bytes. Resolves to the path.
 */
export async function writePicture(
  path: string,
  { width, height, seed = 1 }: { width: number; height: number; seed?: number },
) {
  const raw = Buffer.allocUnsafe(height * (1 + width * 3));
  let state = seed;
  for (let i = 0; i < raw.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    raw[i] = state >>> 24;
  }
  // The first byte of a line names its filter: 0 is none.
  for (let y = 0; y < height; y += 1) raw[y * (1 + width * 3)] = 0;

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(raw, { level: 0 })), chunk('IEND', Buffer.alloc(0))];
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.concat([signature, ...parts]));
  return path;
}

/** A part of a PNG. */
export function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
