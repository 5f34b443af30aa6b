import { expect, test } from 'vitest';
import { createRecent } from './recent.ts';
import { update } from './testing/updates.ts';

test('updates are kept by task in the order they came, each once', () => {
  const recent = createRecent(10);
  recent.add([update('a', 'running', 1), update('b', 'running', 1)]);
  recent.add([update('a', 'done', 2), update('a', 'running', 1)]);
  expect(recent.of('a').map(({ id }) => id)).toEqual(['a-running-1', 'a-done-2']);
  expect(recent.all()).toHaveLength(3);
});

test('beyond its capacity the task heard of longest ago is forgotten', () => {
  const recent = createRecent(2);
  recent.add([update('a', 'running', 1), update('b', 'running', 1), update('a', 'done', 2)]);
  expect(recent.of('b')).toEqual([]);
  expect(recent.of('a')).toHaveLength(2);
});
