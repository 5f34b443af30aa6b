/** The offsets from `start` up to, and without, `end`. */
export interface Stretch {
  start: number;
  end: number;
}

/** A broker keeps at most so many bytes with a commit. */
const maxBytes = 4_000;
const version = 'v1';

/**
 * What is finished beyond a commit, as text for the commit's metadata: `v1.{offset}.{lengths}`, where lengths are those of
 * what is not finished and what is, in turn, as base64 of varints. What does not fit is left out (it will be done again).
 * It carries the offset so that it says nothing of another one, should somebody move the group by hand.
 */
export function encodeFinished(offset: number, stretches: Stretch[]): string {
  if (stretches.length === 0) return '';
  const head = `${version}.${offset.toString(36)}.`;
  const room = Math.floor((maxBytes - head.length) / 4) * 3;
  const bytes: number[] = [];
  let at = offset;
  for (const { start, end } of stretches) {
    const pair = [...varint(start - at), ...varint(end - start)];
    if (bytes.length + pair.length > room) break;
    bytes.push(...pair);
    at = end;
  }
  return head + Buffer.from(bytes).toString('base64url');
}

/** The stretches of `encodeFinished`; none where the metadata is another's, damaged, or of another offset. */
export function decodeFinished(offset: number, metadata: string): Stretch[] {
  const [found, base, lengths, ...rest] = metadata.split('.');
  if (found !== version || base !== offset.toString(36) || lengths === undefined || rest.length > 0) return [];
  const numbers = varints(Buffer.from(lengths, 'base64url'));
  if (numbers === null || numbers.length % 2 === 1) return [];
  const stretches: Stretch[] = [];
  let at = offset;
  numbers.forEach((length, index) => {
    const start = at;
    at += length;
    if (index % 2 === 1 && length > 0) stretches.push({ start, end: at });
  });
  return Number.isSafeInteger(at) ? stretches : [];
}

/** Seven bits a byte, low ones first, by division: offsets do not fit in the 32 bits of the bit operators. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function varints(bytes: Uint8Array): number[] | null {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  return scale === 1 ? numbers : null;
}
