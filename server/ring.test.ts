import { expect, test } from 'vitest';
import { updateOf } from './fixtures/updates.ts';
import { Ring } from './ring.ts';

const entry = (partition: number, offset: number, bytes = 1) => ({
  partition,
  offset,
  bytes,
  update: updateOf({ task: offset }),
});

function filled(limit: { entries: number; bytes: number }, count: number): Ring {
  const ring = new Ring(limit, { 0: 10, 1: 20 });
  for (let n = 0; n < count; n += 1) ring.append(entry(n % 2, (n % 2 === 0 ? 10 : 20) + Math.floor(n / 2)));
  return ring;
}

test('it gives back what came, in the order it came', () => {
  const ring = filled({ entries: 100, bytes: 1000 }, 7);
  const read = ring.read(ring.first, 100);
  expect(read?.map(({ seq, partition, offset }) => [seq, partition, offset])).toEqual([
    [0, 0, 10],
    [1, 1, 20],
    [2, 0, 11],
    [3, 1, 21],
    [4, 0, 12],
    [5, 1, 22],
    [6, 0, 13],
  ]);
  expect(ring.read(2, 2)?.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(ring.head).toEqual({ 0: 14, 1: 23 });
});

test('it holds a bounded number of updates and knows which positions it no longer reaches', () => {
  const ring = filled({ entries: 10, bytes: 1000 }, 10_000);
  expect(ring.next - ring.first).toBe(10);
  expect(ring.read(ring.first, 100)).toHaveLength(10);
  expect(ring.read(ring.first - 1, 100)).toBeNull();
  expect(ring.reaches({ 0: 5005, 1: 5015 })).toBe(true);
  expect(ring.reaches({ 0: 5004, 1: 5015 })).toBe(false);
  expect(ring.reaches({ 1: 5015 })).toBe(false);
});

test('it holds a bounded number of bytes', () => {
  const ring = new Ring({ entries: 1000, bytes: 100 }, {});
  for (let offset = 0; offset < 500; offset += 1) ring.append(entry(0, offset, 30));
  expect(ring.next - ring.first).toBe(3);
});

test('before anything has come it reaches the place where it began and no further back', () => {
  const ring = new Ring({ entries: 10, bytes: 1000 }, { 0: 10 });
  expect(ring.reaches({ 0: 10 })).toBe(true);
  expect(ring.reaches({ 0: 11 })).toBe(true);
  expect(ring.reaches({ 0: 9 })).toBe(false);
  expect(ring.reaches({})).toBe(false);
});

test('a message without an update moves the head only', () => {
  const ring = new Ring({ entries: 10, bytes: 1000 }, { 0: 10 });
  ring.skip(0, 10);
  expect(ring.head).toEqual({ 0: 11 });
  expect(ring.read(ring.first, 10)).toEqual([]);
});

test('after a restart it reaches nothing of before, and who stood in it is told so', () => {
  const ring = filled({ entries: 100, bytes: 1000 }, 4);
  ring.restart({ 0: 50, 1: 60 });
  expect(ring.reaches({ 0: 12, 1: 22 })).toBe(false);
  expect(ring.read(0, 10)).toBeNull();
  expect(ring.append(entry(0, 50)).seq).toBe(4);
});
