import { expect, test } from 'vitest';
import { lagOf } from './lag.ts';

test('the lag of partitions is all their unread messages, and the longest wait', () => {
  const partitions = [
    { messages: 2, oldest: 8_000 },
    { messages: 1, oldest: 4_500 },
    { messages: 0, oldest: null },
  ];
  expect(lagOf(partitions, 10_000)).toEqual({ messages: 3, seconds: 5.5 });
});

test('nothing unread is no seconds; a wait that is not known is none, and one from the future has not begun', () => {
  expect(lagOf([], 0)).toEqual({ messages: 0, seconds: 0 });
  expect(lagOf([{ messages: 0, oldest: null }], 0)).toEqual({ messages: 0, seconds: 0 });
  expect(lagOf([{ messages: 1, oldest: null }], 0)).toEqual({ messages: 1, seconds: null });
  expect(lagOf([{ messages: 1, oldest: 9 }], 1)).toEqual({ messages: 1, seconds: 0 });
});
