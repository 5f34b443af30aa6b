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
  let at = 0;
  for (let box = 0; box < mostBoxes; box += 1) {
    const header = await bytes.at(at, 8);
    if (header.byteLength < 8) return null;
    const size = header.readUInt32BE(0);
    if (size < 8) return null;
    at += size;
    if (header.toString('latin1', 4) !== 'meta') continue;
    return size > mostMetadata ? null : probeHeader('avif', bytes.stream(at));
  }
  return null;
}
