import { expect, test } from 'vitest';
import { loggedUrl } from './logged-url.ts';

test.each([
  ['/api/v1/tasks', '/api/v1/tasks'],
  ['/api/v1/tasks?status=done,failed&limit=50', '/api/v1/tasks?status=done,failed&limit=50'],
  ['/set-up?token=secret', '/set-up?token=…'],
  ['/x?TOKEN=secret&key=secret&code=secret&state=secret', '/x?TOKEN=…&key=…&code=…&state=…'],
  ['/api/v1/tasks?q=my+doctor&q=secret', '/api/v1/tasks?q=…&q=…'],
  ['/x?a=b?token=secret', '/x?a=…'],
  ['/x?status=done&%74oken=secret=secret', '/x?status=done&%74oken=…'],
  ['/api/auth/reset-password/secret?callbackURL=secret', '/api/auth/reset-password/…?callbackURL=…'],
  ['/x?', '/x?'],
  ['/x?flag', '/x?…'],
])('of %s the log gets %s', (url, expected) => {
  expect(loggedUrl(url)).toBe(expected);
});

test('the log gets no more than a line of it', () => {
  expect(loggedUrl(`/${'x'.repeat(10_000)}?a=b`)).toHaveLength(500);
});
