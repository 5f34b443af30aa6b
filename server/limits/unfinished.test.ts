import { expect, test } from 'vitest';
import { Unfinished } from './unfinished.ts';

const free = { images: Infinity, bytes: Infinity };
const tooMany = expect.objectContaining({ code: 'too_many_uploads', retryAfter: 60 });

test('a person may begin so many uploads, and more when some have ended', () => {
  const unfinished = new Unfinished(2);
  const begin = (id: string, userId = 'a') => unfinished.begin(id, { userId, bytes: 10 }, free);
  begin('1');
  begin('2');
  expect(() => begin('3')).toThrow(tooMany);
  begin('4', 'b');
  unfinished.end('1');
  unfinished.end('1');
  begin('3');
  expect(() => begin('5')).toThrow(tooMany);
});

test('what forms bring counts by its bytes, together with what was begun', () => {
  const unfinished = new Unfinished(1);
  const quota = { images: 1, bytes: 100 };
  unfinished.begin('1', { userId: 'a', bytes: 60 }, quota);
  expect(unfinished.grow('form', { userId: 'a', bytes: 30 }, quota)).toBe(true);
  expect(unfinished.grow('form', { userId: 'a', bytes: 11 }, quota)).toBe(false);
  expect(unfinished.grow('form', { userId: 'a', bytes: 10 }, quota)).toBe(true);
  unfinished.end('form');
  expect(unfinished.grow('another', { userId: 'a', bytes: 40 }, quota)).toBe(true);
  unfinished.end('1');
  expect(() => unfinished.begin('2', { userId: 'a', bytes: 61 }, quota)).toThrow(tooMany);
  unfinished.begin('2', { userId: 'a', bytes: 60 }, quota);
});

test('a comparison with what is stored takes up what others began, and lets go of what others ended', () => {
  const unfinished = new Unfinished(2);
  const begin = (id: string) => unfinished.begin(id, { userId: 'a', bytes: 1 }, free);
  begin('gone');
  const comparison = unfinished.compare();
  comparison.found('of another process', { userId: 'a', bytes: 1 });
  expect(() => begin('new')).toThrow(tooMany);
  comparison.finish();
  begin('new');
  unfinished.compare().finish();
  begin('one');
  begin('two');
});
