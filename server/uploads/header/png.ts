import type { HeaderBytes } from './bytes.ts';
import type { StoredDimensions } from './dimensions.ts';
import { readDirectory } from './tiff.ts';

const mostChunks = 1000;

/** A PNG begins with its sides; a chunk `eXIf` before the pixels may turn it. */
export async function readPng(bytes: HeaderBytes): Promise<StoredDimensions | null> {
  const start = await bytes.at(0, 24);
  if (start.byteLength < 24 || start.toString('latin1', 12, 16) !== 'IHDR') return null;
  const sides = { width: start.readUInt32BE(16), height: start.readUInt32BE(20) };
  let at = 8;
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const header = await bytes.at(at, 8);
    const type = header.toString('latin1', 4);
    if (header.byteLength < 8 || type === 'IDAT') break;
    if (type === 'eXIf') return { ...sides, orientation: (await readDirectory(bytes, at + 8))?.orientation ?? null };
    at += 12 + header.readUInt32BE(0);
  }
  return sides;
}
