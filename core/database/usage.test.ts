import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { acceptImages, deleteImage, type NewImage } from './images.ts';
import { newDatabase, newImage, topics } from './testing/folder.ts';
import { allowanceOf, splitByRoom } from './usage.ts';

const accept = (database: Database, ...images: NewImage[]) =>
  database.write((trx) => acceptImages(trx, topics, images));
const remove = (database: Database, image: NewImage) =>
  database.write((trx) => deleteImage(trx, topics, { id: image.id, blob: image.sha256 }));
const usage = (database: Database) =>
  database.read((db) => db.selectFrom('usage').selectAll().orderBy('user_id').execute());

test('what each person keeps follows their images, also where two have the same bytes', async () => {
  const database = await newDatabase();
  const sha256 = 'ab'.repeat(32);
  const [mine, again] = [newImage({ sha256, bytes: 300 }), newImage({ sha256, bytes: 300 })];
  await accept(database, mine, again, newImage({ sha256, bytes: 300, user_id: 'other' }));
  await accept(database, newImage({ bytes: 5 }));
  expect(await usage(database)).toEqual([
    { user_id: 'other', images: 1, bytes: 300 },
    { user_id: 'owner', images: 3, bytes: 605 },
  ]);
  await remove(database, mine);
  await remove(database, mine);
  expect(await usage(database)).toContainEqual({ user_id: 'owner', images: 2, bytes: 305 });
});

test('nothing is counted of a promise that fails', async () => {
  const database = await newDatabase();
  const failing = database.write(async (trx) => {
    await acceptImages(trx, topics, [newImage()]);
    throw new Error('after the promise');
  });
  await expect(failing).rejects.toThrow('after the promise');
  expect(await usage(database)).toEqual([]);
});

test('what is set for a person counts before what is set for all, and nothing set is no limit', async () => {
  const database = await newDatabase();
  await accept(database, newImage({ bytes: 300 }));
  const settings = { QUOTA_IMAGES: 10, QUOTA_BYTES: undefined };
  const allowance = () => database.read((db) => allowanceOf(db, 'owner', settings));
  expect(await allowance()).toEqual({
    quota: { images: 10, bytes: Infinity },
    left: { images: 9, bytes: Infinity },
  });
  const at = '2026-01-01T00:00:00.000Z';
  const person = { id: 'owner', email: 'a@example.com', email_verified: 0, name: 'A', image: null, disabled_at: null };
  const row = { ...person, role: 'uploader' as const, quota_images: 0, quota_bytes: 1000 };
  await database.write((trx) =>
    trx
      .insertInto('users')
      .values({ ...row, created_at: at, updated_at: at })
      .execute(),
  );
  expect(await allowance()).toEqual({ quota: { images: 0, bytes: 1000 }, left: { images: -1, bytes: 700 } });
});

test('of several those are taken that fit, in their order, also after one that does not', () => {
  const split = (images: number, bytes: number) => splitByRoom([5, 9, 3, 1], { images, bytes }, (size) => size);
  expect(split(10, 10)).toEqual({ fitting: [5, 3, 1], over: [9] });
  expect(split(2, 100)).toEqual({ fitting: [5, 9], over: [3, 1] });
  expect(split(-1, Infinity)).toEqual({ fitting: [], over: [5, 9, 3, 1] });
});
