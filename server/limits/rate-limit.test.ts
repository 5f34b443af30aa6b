import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { networkOf } from './network.ts';
import { RateLimit } from './rate-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what goes beyond the rate is refused, with whole seconds to wait, until the time is over', async () => {
  const limit = new RateLimit({ points: 2, seconds: 60 });
  await limit.take('a');
  await limit.take('a');
  await vi.advanceTimersByTimeAsync(200);
  await expect(limit.take('a')).rejects.toMatchObject({ code: 'rate_limited', status: 429, retryAfter: 60 });
  await limit.take('b');
  await vi.advanceTimersByTimeAsync(59_700);
  await expect(limit.take('a')).rejects.toMatchObject({ retryAfter: 1 });
  await vi.advanceTimersByTimeAsync(100);
  await limit.take('a');
});

test('no more keys are counted than fit; of more the one that began first is forgotten', async () => {
  const limit = new RateLimit({ points: 1, seconds: 60 }, 3);
  for (const key of ['a', 'b', 'c']) await limit.take(key);
  await expect(limit.take('a')).rejects.toMatchObject({ code: 'rate_limited' });
  await limit.take('d');
  await limit.take('b');
  await expect(limit.take('a')).rejects.toMatchObject({ code: 'rate_limited' });
});

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:0db8:0000:0000:ffff:0:0:1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::', '0:0:0:0'],
  ['', ''],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
