import { expect, test } from 'vitest';
import { ago, bytes, duration, rate } from './format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [2_430_000, '2.4 MB'],
  [999_900, '1 MB'],
  [81_000_000, '81 MB'],
])('%i bytes read %s', (value, words) => expect(bytes(value)).toBe(words));

test.each([
  [0, '0 ms'],
  [840, '840 ms'],
  [3210, '3.2 s'],
  [59_990, '1 min'],
  [252_000, '4 min 12 s'],
  [3_599_900, '1 h'],
  [7_500_000, '2 h 5 min'],
  [100_800_000, '1 d 4 h'],
])('%i ms read %s', (value, words) => expect(duration(value)).toBe(words));

test('a small rate is not taken for none', () => {
  expect([rate(0.1), rate(3.24), rate(1234)]).toEqual(['0.1', '3.2', '1,234']);
});

test('times long past are dates', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  expect(ago('2026-03-10T11:59:50Z', now)).toBe('just now');
  expect(ago('2026-03-10T11:00:40Z', now)).toBe('59 min ago');
  expect(ago('2026-03-01T11:00:00Z', now)).toBe('Mar 1, 2026');
});
