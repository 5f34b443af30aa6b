import type { HeaderBytes } from './bytes.ts';
import type { StoredDimensions } from './dimensions.ts';
import { readDirectory } from './tiff.ts';

const mostChunks = 10_000;
const exifFlag = 0x08;
const animationFlag = 0x02;

/** A WebP is one lossy or lossless frame, or `VP8X` with a canvas and, where its flag says so, EXIF further on. */
export async function readWebp(bytes: HeaderBytes): Promise<StoredDimensions | null> {
  const start = await bytes.at(12, 18);
  if (start.byteLength < 18) return null;
  const data = start.subarray(8);
  switch (start.toString('latin1', 0, 4)) {
    case 'VP8 ':
      if (data.readUIntBE(3, 3) !== 0x9d012a) return null;
      return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
    case 'VP8L': {
      if (data[0] !== 0x2f) return null;
      const bits = data.readUInt32LE(1);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const canvas = { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
      return (data.readUInt8(0) & exifFlag) === 0 ? canvas : { ...canvas, orientation: await readOrientation(bytes) };
    }
    default:
      return null;
  }
}

/** Frames of an animated WebP, or one more than `most`. */
export async function countWebpFrames(bytes: HeaderBytes, most: number): Promise<number> {
  const start = await bytes.at(12, 9);
  if (start.toString('latin1', 0, 4) !== 'VP8X' || ((start[8] ?? 0) & animationFlag) === 0) return 1;
  let frames = 0;
  let at = 12;
  for (let chunk = 0; chunk < mostChunks + most && frames <= most; chunk += 1) {
    const header = await bytes.at(at, 8);
    if (header.byteLength < 8) break;
    if (header.toString('latin1', 0, 4) === 'ANMF') frames += 1;
    at = afterChunk(at, header);
  }
  return frames;
}

function afterChunk(at: number, header: Buffer): number {
  const size = header.readUInt32LE(4);
  return at + 8 + size + (size % 2);
}

async function readOrientation(bytes: HeaderBytes): Promise<number | null> {
  let at = 12;
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const header = await bytes.at(at, 14);
    if (header.byteLength < 14) return null;
    // Some programs write the prefix that EXIF has in a JPEG.
    const prefix = header.toString('latin1', 8) === 'Exif\0\0' ? 6 : 0;
    if (header.toString('latin1', 0, 4) === 'EXIF')
      return (await readDirectory(bytes, at + 8 + prefix))?.orientation ?? null;
    at = afterChunk(at, header);
  }
  return null;
}
