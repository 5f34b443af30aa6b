import { expect, test } from 'vitest';
import { advanceOffset, projectedOffsets } from './offsets.ts';
import { newDatabase } from './testing/folder.ts';

test('an offset moves only forward, and only from the value expected', async () => {
  const database = await newDatabase();
  const advance = (from: number | null, to: number) => database.write((trx) => advanceOffset(trx, 't', 0, from, to));
  const lost = { code: 'assignment_lost' };
  await expect(advance(0, 5)).rejects.toMatchObject(lost);
  await advance(null, 5);
  await expect(advance(null, 9)).rejects.toMatchObject(lost);
  await expect(advance(4, 9)).rejects.toMatchObject(lost);
  await expect(advance(5, 4)).rejects.toMatchObject(lost);
  await advance(5, 9);
  expect(await database.read((trx) => projectedOffsets(trx, 't'))).toEqual({ 0: 9 });
});

test('partitions and topics are apart', async () => {
  const database = await newDatabase();
  await database.write(async (trx) => {
    await advanceOffset(trx, 't', 0, null, 1);
    await advanceOffset(trx, 't', 3, null, 7);
    await advanceOffset(trx, 'other', 0, null, 2);
  });
  expect(await database.read((trx) => projectedOffsets(trx, 't'))).toEqual({ 0: 1, 3: 7 });
  expect(await database.read((trx) => projectedOffsets(trx, 'nothing'))).toEqual({});
});
