import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFinished, encodeFinished, type Stretch } from './commit-metadata.ts';

const offset = fc.integer({ min: 0, max: 2 ** 52 });
const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 })), {
  maxLength: 5_000,
});

function stretchesFrom(start: number, pairs: [number, number][]): Stretch[] {
  let at = start;
  return pairs.map(([skip, length]) => {
    const stretch = { start: at + skip, end: at + skip + length };
    at = stretch.end;
    return stretch;
  });
}

test('what fits comes back as it was, and what does not is left out from the end', () => {
  fc.assert(
    fc.property(offset, lengths, (base, pairs) => {
      const stretches = stretchesFrom(base, pairs);
      const metadata = encodeFinished(base, stretches);
      expect(metadata.length).toBeLessThanOrEqual(4_000);
      const decoded = decodeFinished(base, metadata);
      expect(decoded).toEqual(stretches.slice(0, decoded.length));
    }),
  );
});

test('the worst pattern of a gap of 1,000 messages fits whole', () => {
  const stretches = stretchesFrom(2 ** 40, Array<[number, number]>(500).fill([1, 1]));
  const metadata = encodeFinished(2 ** 40, stretches);
  expect(metadata.length).toBeLessThan(1_400);
  expect(decodeFinished(2 ** 40, metadata)).toEqual(stretches);
});

test('nothing beyond the commit needs no metadata', () => {
  expect(encodeFinished(7, [])).toBe('');
});

test('metadata of another offset says nothing: somebody has moved the group by hand', () => {
  const metadata = encodeFinished(7, [{ start: 9, end: 12 }]);
  expect(decodeFinished(7, metadata)).toEqual([{ start: 9, end: 12 }]);
  expect(decodeFinished(6, metadata)).toEqual([]);
});

test('metadata that is not ours, or damaged, is read as nothing finished', () => {
  fc.assert(
    fc.property(fc.string(), (metadata) => {
      expect(decodeFinished(7, metadata)).toEqual([]);
    }),
  );
  expect(decodeFinished(7, 'v1.7.gA')).toEqual([]);
  expect(decodeFinished(7, 'v1.7.AQ')).toEqual([]);
  expect(decodeFinished(7, 'v1.7.AQE.AQE')).toEqual([]);
});
