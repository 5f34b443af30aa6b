import { expect, test } from 'vitest';
import { nextPath, signInPath } from './next-path.ts';

test('a path of this site is gone to, with its query and its fragment', () => {
  expect(nextPath('/tasks/1?x=a%20b#story')).toBe('/tasks/1?x=a%20b#story');
});

test('without one, the board is', () => {
  expect(nextPath(null)).toBe('/');
  expect(nextPath('')).toBe('/');
});

test.each([
  'https://evil.example/',
  '//evil.example/',
  '//evil.example/path?x',
  '/.//evil.example/',
  '/x/..//evil.example/',
  '/./\\evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/\n\\evil.example/',
  '\\\\evil.example/',
  'javascript:alert(1)',
  'evil.example',
  ' /tasks',
])('%j leads nowhere but to the board', (next) => {
  expect(nextPath(next)).toBe('/');
});

test('what was asked for survives the way to the sign-in and back', () => {
  const address = signInPath('/?status=failed&q=a b');
  expect(nextPath(new URL(address, 'http://x').searchParams.get('next'))).toBe('/?status=failed&q=a%20b');
  expect(signInPath('/')).toBe('/sign-in');
});
