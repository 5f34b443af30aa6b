import { pipeline } from 'node:stream';
import probe from 'probe-image-size/stream.js';
import type { StoredDimensions } from './dimensions.ts';

/** What the parser of that format finds, reading no further than it must; its own memory is a few bytes. */
export async function probeHeader(
  format: 'jpeg' | 'gif' | 'avif',
  bytes: AsyncIterable<Uint8Array>,
): Promise<StoredDimensions | null> {
  const parser = probe.parsers[format]();
  // What breaks the source destroys the parser, and so reaches the loop; leaving the loop ends the source.
  pipeline(bytes, parser, () => {});
  for await (const found of parser as AsyncIterable<StoredDimensions>) return found;
  return null;
}
