import { expect, test } from 'vitest';
import { holdLease, releaseLease } from './leases.ts';
import { newDatabase } from './testing/folder.ts';

test('a lease has one holder until it runs out or is given back', async () => {
  const database = await newDatabase();
  const hold = (holder: string, nowMs: number) =>
    database.write((trx) => holdLease(trx, { name: 'relay', holder, ttlMs: 1000, nowMs }));
  expect(await hold('a', 0)).toBe(true);
  expect(await hold('b', 999)).toBe(false);
  expect(await hold('a', 999)).toBe(true);
  expect(await hold('b', 1998)).toBe(false);
  expect(await hold('b', 1999)).toBe(true);
  expect(await hold('a', 2000)).toBe(false);
  await database.write((trx) => releaseLease(trx, { name: 'relay', holder: 'a' }));
  expect(await hold('a', 2000)).toBe(false);
  await database.write((trx) => releaseLease(trx, { name: 'relay', holder: 'b' }));
  expect(await hold('a', 2000)).toBe(true);
});

test('of many who ask at once, one gets it', async () => {
  const database = await newDatabase();
  const asked = Array.from({ length: 10 }, (_, n) =>
    database.write((trx) => holdLease(trx, { name: 'relay', holder: `${n}`, ttlMs: 1000, nowMs: 0 })),
  );
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
});
