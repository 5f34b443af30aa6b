import type { HeaderBytes } from './bytes.ts';
import type { StoredDimensions } from './dimensions.ts';
import { probeHeader } from './probe.ts';

const mostBoxes = 64;
const mostMetadata = 4 * 1024 * 1024;

/**
 * An AVIF is turned by `irot` and `imir` alone. The parser is given the file up to the end of its metadata, so that an
 * EXIF orientation, which decoders ignore there, is not counted as well.
 */
export async function readAvif(bytes: HeaderBytes): Promise<StoredDimensions | null> {
  const meta = await findBox(bytes, 'meta');
  return meta === null || meta.size > mostMetadata ? null : probeHeader('avif', bytes.stream(meta.at + meta.size));
}

/** Frames of a sequence, which a table of samples counts; one where there is none. */
export async function countAvifFrames(bytes: HeaderBytes): Promise<number | null> {
  const movie = await findBox(bytes, 'moov');
  if (movie === null) return 1;
  if (movie.size > mostMetadata) return null;
  const content = await bytes.at(movie.at, movie.size);
  let frames = 1;
  for (let at = content.indexOf('stsz'); at !== -1; at = content.indexOf('stsz', at + 4)) {
    if (at + 16 <= content.byteLength) frames = Math.max(frames, content.readUInt32BE(at + 12));
  }
  return frames;
}

/** The first box of that kind among those of the file; null where there is none, or too many others. */
async function findBox(bytes: HeaderBytes, kind: string): Promise<{ at: number; size: number } | null> {
  let at = 0;
  for (let box = 0; box < mostBoxes; box += 1) {
    const header = await bytes.at(at, 8);
    if (header.byteLength < 8) return null;
    const size = header.readUInt32BE(0);
    if (size < 8) return null;
    if (header.toString('latin1', 4) === kind) return { at, size };
    at += size;
  }
  return null;
}
