import { expect, test } from 'vitest';
import { findAnswer, keepAnswer, pruneAnswers } from './idempotency.ts';
import { isDuplicate } from './sqlite-error.ts';
import { newDatabase } from './testing/folder.ts';

test('an answer is kept once for a person and a key, and forgotten in time', async () => {
  const database = await newDatabase();
  const keep = (userId: string, answer: string) =>
    database.write((trx) =>
      keepAnswer(trx, { userId, key: 'k', fingerprint: 'f', answer, at: '2026-01-01T00:00:00.000Z' }),
    );
  const find = (userId: string) => database.read((trx) => findAnswer(trx, userId, 'k'));
  await keep('a', 'first');
  await keep('b', 'other');
  expect(await keep('a', 'second').catch(isDuplicate)).toBe(true);
  expect(await find('a')).toEqual({ fingerprint: 'f', answer: 'first' });
  expect(await find('b')).toEqual({ fingerprint: 'f', answer: 'other' });
  expect(await find('c')).toBeUndefined();
  await database.write((trx) => pruneAnswers(trx, '2026-01-01T00:00:00.000Z'));
  expect(await find('a')).toBeDefined();
  await database.write((trx) => pruneAnswers(trx, '2026-01-01T00:00:00.001Z'));
  expect(await find('a')).toBeUndefined();
});
