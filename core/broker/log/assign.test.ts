import { expect, test } from 'vitest';
import { assign } from './assign.ts';

const member = (id: string, ...topics: string[]) => ({ id, topics });

test('every partition has exactly one holder, and shares differ by one at most', () => {
  for (let members = 1; members <= 10; members++) {
    const ids = Array.from({ length: members }, (_, index) => `m${index}`);
    const holders = assign(
      ids.map((id) => member(id, 't')),
      new Map([['t', 8]]),
    );
    expect(holders.size).toBe(8);
    const shares = ids.map((id) => [...holders.values()].filter((holder) => holder === id).length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  }
});

test('a topic is shared by those who subscribe to it', () => {
  const holders = assign(
    [member('a', 'x', 'y'), member('b', 'y')],
    new Map([
      ['x', 2],
      ['y', 2],
    ]),
  );
  expect(Object.fromEntries(holders)).toEqual({ 'x/0': 'a', 'x/1': 'a', 'y/0': 'a', 'y/1': 'b' });
});
