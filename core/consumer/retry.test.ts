import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { isRetryable, retryDelay } from './retry.ts';

const policy = { minDelayMs: 100, maxDelayMs: 1_000 };

test('the wait doubles with each failure up to the maximum, and its upper half is random', () => {
  const longest = [1, 2, 3, 4, 5, 6].map((failures) => retryDelay(policy, failures, () => 1));
  const shortest = [1, 2, 3, 4, 5, 6].map((failures) => retryDelay(policy, failures, () => 0));
  expect(longest).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(shortest).toEqual([50, 100, 200, 400, 500, 500]);
});

test('the wait is never above the maximum, however many failures there were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const delay = retryDelay(policy, failures, () => random);
      expect(delay).toBeGreaterThanOrEqual(policy.minDelayMs / 2);
      expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
    }),
  );
});

test('only an error that says so itself is not tried again', () => {
  expect(isRetryable(new DarkroomError('damaged_image', ''))).toBe(false);
  expect(isRetryable(new DarkroomError('decoder_crashed', ''))).toBe(true);
  expect(isRetryable(new TypeError('what'))).toBe(true);
  expect(isRetryable('what')).toBe(true);
});
