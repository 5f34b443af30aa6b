import { expect, test } from 'vitest';
import { covers, decodePosition, encodePosition } from './position.ts';

test('a position comes back as it went out', () => {
  const position = { 0: 12, 3: 0, 15: 2 ** 40 };
  expect(decodePosition(encodePosition(position))).toEqual(position);
  expect(encodePosition(position)).toMatch(/^[\w-]+$/);
});

test.each([
  ['nothing', ''],
  ['no base64url', '{"0":1}'],
  ['no JSON', Buffer.from('hello').toString('base64url')],
  ['a list', Buffer.from('[1,2]').toString('base64url')],
  ['a negative offset', encodePosition({ 0: -1 })],
  ['a fraction', encodePosition({ 0: 1.5 })],
  ['a text', Buffer.from('{"0":"1"}').toString('base64url')],
  ['a name that is no partition', Buffer.from('{"__proto__x":1}').toString('base64url')],
  ['more than any position needs', 'A'.repeat(3000)],
])('a token that is %s is refused', (_what, token) => {
  expect(() => decodePosition(token)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});

test('a position covers another where it is as far in every partition', () => {
  expect(covers({ 0: 5, 1: 2 }, { 0: 5 })).toBe(true);
  expect(covers({ 0: 5 }, { 0: 5, 1: 1 })).toBe(false);
  expect(covers({}, { 0: 0 })).toBe(true);
});
