import { expect, test } from 'vitest';
import { readQuota } from './read-quota.ts';

test('nothing typed is no quota of their own, and nought is one', () => {
  expect(readQuota('  ')).toBeNull();
  expect(readQuota('0')).toBe(0);
});

test('a comma is as good as a point', () => {
  expect([readQuota('2.5'), readQuota('2,5')]).toEqual([2.5, 2.5]);
});

test.each(['-1', '1e9', 'ten', '1.2.3', '0x10', '9999999999999'])('%s is no quota', (text) => {
  expect(readQuota(text)).toBeUndefined();
});
