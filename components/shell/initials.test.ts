import { expect, test } from 'vitest';
import { initialsOf } from './initials.ts';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Ana María de la Cruz', 'AC'],
  ['  王 小明 ', '王小'],
  ['😀 Smile', '😀S'],
])('%s is %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
