import { expect, test } from 'vitest';
import type { z } from 'zod';
import { catalog, type TopicName } from '#core/domain/events.ts';
import type { Database } from './database.ts';
import { acceptImages, deleteImage, findImage, findImageByUpload } from './images.ts';
import { isDuplicate } from './sqlite-error.ts';
import { countsOfEach } from './task-counts.ts';
import { countsOf, findTask, listTasks, timelineOf } from './tasks.ts';
import { newDatabase, newImage, topics } from './testing/folder.ts';
import { must } from '#core/domain/testing/must.ts';

test('an accepted image is there with its task, and every message it needs is promised in the same transaction', async () => {
  const database = await newDatabase();
  const image = newImage({ filename: 'Sea.jpg', batch: 'b', upload_id: 'u1' });
  await database.write((trx) => acceptImages(trx, topics, [image]));

  const task = await database.read((trx) => findTask(trx, image.task_id));
  expect(task).toMatchObject({
    image_id: image.id,
    status: 'queued',
    run: 1,
    batch: 'b',
    filename: 'Sea.jpg',
    blob: image.sha256,
  });
  expect(await database.read((trx) => findImage(trx, image.id))).toMatchObject({ blob: image.sha256, upload_id: 'u1' });
  const byUpload = await database.read((trx) => findImageByUpload(trx, 'u1'));
  expect(byUpload).toMatchObject({ image: { id: image.id }, task_id: image.task_id });
  const countsOfPerson = await database.read((trx) => countsOfEach(trx, ['owner', 'nobody']));
  expect(countsOfPerson('owner')).toMatchObject({ queued: 1, done: 0 });
  expect(countsOfPerson('nobody')).toMatchObject({ queued: 0 });

  const messages = await promised(database);
  expect(messages.map(({ topic, key, value }) => [topic, key, value.type])).toEqual([
    [topics.processing, image.task_id, 'task.process'],
    [topics.updates, 'owner', 'task.queued'],
    [topics.events, 'owner', 'task.created'],
  ]);
  const story = await database.read((trx) => timelineOf(trx, image.task_id));
  expect(story.map(({ id, type }) => [id, type])).toEqual([[must(messages[1]).value.id, 'task.queued']]);
});

test('every promised message is one of the catalog', async () => {
  const database = await newDatabase();
  const image = newImage();
  await database.write(async (trx) => {
    await acceptImages(trx, topics, [image]);
    await deleteImage(trx, topics, { id: image.id, blob: image.sha256 });
  });
  const names = Object.fromEntries(Object.entries(topics).map(([name, topic]) => [topic, name as TopicName]));
  for (const { topic, value } of await promised(database)) {
    const schema: z.ZodType = catalog[must(names[topic])];
    expect(schema.parse(value)).toEqual(value);
  }
});

test('many images of one moment are kept in the order they came', async () => {
  const database = await newDatabase();
  const at = '2026-01-01T00:00:00.000Z';
  const images = Array.from({ length: 2500 }, () => newImage({ created_at: at }));
  await database.write((trx) => acceptImages(trx, topics, images.slice(0, 1000)));
  await database.write((trx) => acceptImages(trx, topics, images.slice(1000)));
  const page = await database.read((trx) => listTasks(trx, {}, { limit: 5000 }));
  expect(page.items.map(({ id }) => id)).toEqual(images.map(({ task_id }) => task_id).toReversed());
});

test('an upload is accepted once', async () => {
  const database = await newDatabase();
  const accept = () => database.write((trx) => acceptImages(trx, topics, [newImage({ upload_id: 'u1' })]));
  await accept();
  const second = await accept().catch((error: unknown) => error);
  expect(isDuplicate(second)).toBe(true);
  expect(await database.read((trx) => countsOf(trx))).toMatchObject({ queued: 1 });
  expect(await promised(database)).toHaveLength(3);
});

test('images of the same bytes share a blob, which is given up with the last of them', async () => {
  const database = await newDatabase();
  const [first, second] = [newImage(), newImage()].map((image) => ({ ...image, sha256: 'ab'.repeat(32) })) as [
    ReturnType<typeof newImage>,
    ReturnType<typeof newImage>,
  ];
  await database.write((trx) => acceptImages(trx, topics, [first]));
  await database.write((trx) => acceptImages(trx, topics, [second]));
  const remove = (image: typeof first) =>
    database.write((trx) => deleteImage(trx, topics, { id: image.id, blob: image.sha256 }));
  expect(await remove(first)).toBeNull();
  expect(await remove(first)).toBeNull();
  expect(await remove(second)).toBe('ab'.repeat(32));
  expect(await database.read((trx) => trx.selectFrom('blobs').selectAll().execute())).toEqual([]);
});

test('a deleted image takes its task, story and search entry with it, and boards, workers and others are told', async () => {
  const database = await newDatabase();
  const [image, other] = [newImage({ filename: 'sea one.jpg' }), newImage({ filename: 'sea two.jpg' })];
  await database.write((trx) => acceptImages(trx, topics, [image, other]));
  const before = (await promised(database)).length;
  await database.write((trx) => deleteImage(trx, topics, { id: image.id, blob: image.sha256 }));

  expect(await database.read((trx) => findTask(trx, image.task_id))).toBeUndefined();
  expect(await database.read((trx) => timelineOf(trx, image.task_id))).toEqual([]);
  expect(await database.read((trx) => countsOf(trx))).toMatchObject({ queued: 1 });
  const found = await database.read((trx) => listTasks(trx, { q: 'sea' }, { limit: 10 }));
  expect(found.items.map(({ filename }) => filename)).toEqual(['sea two.jpg']);
  const told = (await promised(database)).slice(before);
  expect(told.map(({ topic, value }) => [topic, value.type])).toEqual([
    [topics.workerControl, 'worker.cancel'],
    [topics.updates, 'task.deleted'],
    [topics.events, 'task.deleted'],
  ]);
});

async function promised(database: Database) {
  const rows = await database.read((trx) => trx.selectFrom('outbox').selectAll().orderBy('seq').execute());
  return rows.map(({ topic, key, value }) => ({
    topic,
    key,
    value: JSON.parse(must(value)) as { id: string; type: string },
  }));
}
