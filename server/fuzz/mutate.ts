import type { Random } from '#core/consumer/model/random.ts';

/** Where parsers count wrong: the ends of ranges, and what lies just beyond them. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const numbers = ['-1', '0', '00', '1e9', '0x10', '9007199254740993', '99999999999999999999', 'NaN', '1.5', ' 1', '+1'];

type Edit = (random: Random, bytes: Buffer, words: readonly string[]) => Buffer;

const edits: readonly Edit[] = [
  function flipBit(random, bytes) {
    return replaced(bytes, place(random, bytes), (byte) => byte ^ (1 << random.between(0, 7)));
  },
  function setByte(random, bytes) {
    return replaced(bytes, place(random, bytes), () => random.oneOf(0, 0x0a, 0x0d, 0x22, 0x2d, 0x7f, 0xff));
  },
  function setNumber(random, bytes) {
    const field = Buffer.alloc(random.oneOf(2, 4));
    const value = random.oneOf(edges[0] ?? 0, ...edges);
    if (random.chance(0.5)) field.writeUIntLE(value % 256 ** field.length, 0, field.length);
    else field.writeUIntBE(value % 256 ** field.length, 0, field.length);
    return spliced(bytes, place(random, bytes), field.length, field);
  },
  function setDigits(random, bytes) {
    const found = [...bytes.toString('latin1').matchAll(/\d+/g)];
    const digits = random.pick(found);
    if (!digits) return bytes;
    return spliced(bytes, digits.index, digits[0].length, Buffer.from(random.pick(numbers) ?? ''));
  },
  function cut(random, bytes) {
    return spliced(bytes, place(random, bytes), random.between(1, 40), Buffer.alloc(0));
  },
  function breakOff(random, bytes) {
    return bytes.subarray(0, place(random, bytes));
  },
  function repeat(random, bytes) {
    const from = place(random, bytes);
    const part = bytes.subarray(from, from + random.between(1, 60));
    return spliced(bytes, from, 0, Buffer.concat(Array<Buffer>(random.between(1, 30)).fill(part)));
  },
  function insertWord(random, bytes, words) {
    return spliced(bytes, place(random, bytes), 0, Buffer.from(random.pick(words) ?? '', 'latin1'));
  },
  function overwriteWithWord(random, bytes, words) {
    const word = Buffer.from(random.pick(words) ?? '', 'latin1');
    return spliced(bytes, place(random, bytes), word.length, word);
  },
  function insertNoise(random, bytes) {
    const noise = Buffer.from(Array.from({ length: random.between(1, 30) }, () => random.between(0, 255)));
    return spliced(bytes, place(random, bytes), 0, noise);
  },
  function swap(random, bytes) {
    const [left, right] = [place(random, bytes), place(random, bytes)].toSorted((a, b) => a - b) as [number, number];
    return Buffer.concat([bytes.subarray(right), bytes.subarray(left, right), bytes.subarray(0, left)]);
  },
];

/** Well-formed bytes with up to four edits of the kinds that break parsers; `words` are those of their grammar. */
export function mutate(random: Random, bytes: Buffer, words: readonly string[] = []): Buffer {
  let mutated = bytes;
  for (let left = random.between(0, 4); left > 0; left -= 1) {
    mutated = random.pick(edits)?.(random, mutated, words) ?? mutated;
  }
  return mutated;
}

/** The same for text of one byte a character. */
export function mutateText(random: Random, text: string, words: readonly string[] = []): string {
  return mutate(random, Buffer.from(text, 'latin1'), words).toString('latin1');
}

function place(random: Random, bytes: Buffer): number {
  return random.between(0, Math.max(0, bytes.length - 1));
}

function replaced(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  return spliced(bytes, at, 1, Buffer.from([change(bytes[at] ?? 0)]));
}

function spliced(bytes: Buffer, at: number, length: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + length)]);
}
