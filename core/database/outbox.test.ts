import { expect, test } from 'vitest';
import { addToOutbox, outboxDepth, promisedMessage, removeFromOutbox, takeOutbox } from './outbox.ts';
import { must } from '#core/domain/testing/must.ts';
import { newDatabase } from './testing/folder.ts';

test('promises are taken oldest first, and are there until they are removed', async () => {
  const database = await newDatabase();
  const entries = Array.from({ length: 1200 }, (_, n) => ({
    topic: 't',
    key: n % 2 ? null : 'k',
    event: { id: `${n}`, type: 'x' },
  }));
  await database.write((trx) => addToOutbox(trx, entries));
  const take = (limit: number) => database.read((trx) => takeOutbox(trx, limit));
  const ids = async (limit: number) =>
    (await take(limit)).map(({ value }) => (JSON.parse(must(value)) as { id: string }).id);
  expect(await ids(3)).toEqual(['0', '1', '2']);
  expect(await ids(3)).toEqual(['0', '1', '2']);

  const first = await take(1100);
  await database.write((trx) => removeFromOutbox(trx, first));
  expect(await ids(2)).toEqual(['1100', '1101']);
  expect(await database.read((trx) => outboxDepth(trx))).toBe(100);
});

test('headers are kept, and bytes and no value at all are published as they are', async () => {
  const database = await newDatabase();
  const values = [Uint8Array.of(0xff, 0, 0xc3, 0x28), new Uint8Array(), null];
  const entries = values.map((event) => ({ topic: 't', key: null, event, headers: { 'dlq-reason': 'why' } }));
  await database.write((trx) => addToOutbox(trx, entries));
  const rows = await database.read((trx) => takeOutbox(trx, 3));
  expect(rows.map(promisedMessage)).toEqual(
    values.map((value) => ({ key: null, value, headers: { 'dlq-reason': 'why' } })),
  );
});

test('nothing is promised by a transaction that fails', async () => {
  const database = await newDatabase();
  const failing = database.write(async (trx) => {
    await addToOutbox(trx, [{ topic: 't', key: null, event: null }]);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await database.read((trx) => outboxDepth(trx))).toBe(0);
});
