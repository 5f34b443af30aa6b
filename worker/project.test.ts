import { expect, onTestFinished, test } from 'vitest';
import type { MessageBroker } from '#core/broker/broker.ts';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { deadLetterTopic, topicSpecs, topicsOf } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import type { Consumer } from '#core/consumer/consumer.ts';
import type { Database } from '#core/database/database.ts';
import { acceptImages, type NewImage } from '#core/database/images.ts';
import { promisedMessage, removeFromOutbox, takeOutbox } from '#core/database/outbox.ts';
import { findTask } from '#core/database/tasks.ts';
import { newFolder, newImage, open } from '#core/database/testing/folder.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import { openLog } from '#core/telemetry/log.ts';
import { startProjection } from './project.ts';
import { must } from '#core/domain/testing/must.ts';

const config = readConfig({});
const topics = topicsOf(config);
const log = openLog('project', 'silent');

test('what the log tells becomes what the database shows', async () => {
  const { database, broker } = await house();
  project(database, broker);
  const image = await accept(database, broker);
  await say(broker, image, 'running');
  await say(broker, image, 'done');
  await expect.poll(() => statusOf(database, image), { timeout: 10_000 }).toBe('done');
});

test('a message that cannot be read goes to the dead letters, and those after it are folded', async () => {
  const { database, broker } = await house();
  const image = await accept(database, broker);
  await broker.publish(topics.updates, [{ key: image.user_id, value: Buffer.from('{"no":'), headers: {} }]);
  await say(broker, image, 'done');
  project(database, broker);
  await expect.poll(() => statusOf(database, image), { timeout: 10_000 }).toBe('done');
  await expect.poll(() => lengthOf(broker, deadLetterTopic(topics.updates))).toBe(1);
});

test.each([
  ['of somebody else’s task', { user_id: 'mallory' }],
  ['of a run that nobody asked for', { run: 2 }],
])('an update %s changes nothing and is promised to the dead letters as it is', async (_, forged) => {
  const { database, broker } = await house();
  const image = await accept(database, broker);
  const said = await say(broker, image, 'cancelled', forged);
  await say(broker, image, 'done');
  project(database, broker);
  await expect.poll(() => statusOf(database, image), { timeout: 10_000 }).toBe('done');
  const promisedDead = async () => {
    const promised = await database.read((trx) => takeOutbox(trx, 10));
    return promised.filter(({ topic }) => topic === deadLetterTopic(topics.updates)).map(promisedMessage);
  };
  await expect.poll(promisedDead).toHaveLength(1);
  const dead = must((await promisedDead())[0]);
  expect(dead.value).toEqual(said);
  expect(dead.headers).toMatchObject({
    'dlq-reason': 'processing_failed',
    'dlq-error': expect.stringMatching(/^forbidden: /),
    'dlq-topic': topics.updates,
    'dlq-group': config.KAFKA_CONSUMER_GROUP_PROJECTION,
  });
});

test('while the disk is full it pauses and says so; when there is room it goes on by itself', async () => {
  const { database, broker } = await house();
  const disk = { full: true };
  const consumer = project(onDisk(database, disk), broker);
  const image = await accept(database, broker);
  await say(broker, image, 'done');
  await expect.poll(() => consumer.paused?.code).toBe('storage_full');
  disk.full = false;
  await expect.poll(() => statusOf(database, image), { timeout: 10_000 }).toBe('done');
  await expect.poll(() => consumer.paused).toBeNull();
});

test('a database that was restored from before the group’s commit gets the updates it lacks', async () => {
  const { database, broker } = await house();
  const image = await accept(database, broker);
  const consumer = project(database, broker);
  await say(broker, image, 'done');
  await expect.poll(() => statusOf(database, image), { timeout: 10_000 }).toBe('done');
  await consumer.stop({ deadlineMs: 5000 });

  const restored = await open(await newFolder());
  await restored.write((trx) => acceptImages(trx, topics, [image]));
  project(restored, broker);
  await expect.poll(() => statusOf(restored, image), { timeout: 10_000 }).toBe('done');
});

async function house(): Promise<{ database: Database; broker: MessageBroker }> {
  return { database: await open(await newFolder()), broker: await openBroker() };
}

async function openBroker(): Promise<MessageBroker> {
  const broker = openMemoryBroker();
  onTestFinished(() => broker.close());
  await broker.ensureTopics(topicSpecs(config));
  return broker;
}

function project(database: Database, broker: MessageBroker): Consumer {
  const consumer = startProjection({ config, log, database, broker, topics });
  onTestFinished(() => consumer.stop({ deadlineMs: 5000 }));
  return consumer;
}

/** Accepts an image, and publishes what was promised for it. */
async function accept(database: Database, broker: MessageBroker): Promise<NewImage> {
  const image = newImage();
  await database.write((trx) => acceptImages(trx, topics, [image]));
  const promised = await database.read((trx) => takeOutbox(trx, 100));
  for (const row of promised) await broker.publish(row.topic, [promisedMessage(row)]);
  await database.write((trx) => removeFromOutbox(trx, promised));
  return image;
}

const types = { running: 'task.started', done: 'task.done', cancelled: 'task.cancelled' } as const;

/** With a byte that is no UTF-8 in it, which must survive whatever becomes of the message. */
async function say(
  broker: MessageBroker,
  image: NewImage,
  status: keyof typeof types,
  changes: Partial<TaskUpdate> = {},
): Promise<Uint8Array> {
  const update: TaskUpdate = {
    id: crypto.randomUUID(),
    type: types[status],
    timestamp: new Date().toISOString(),
    user_id: image.user_id,
    version: 1,
    task_id: image.task_id,
    image_id: image.id,
    batch: null,
    run: 1,
    attempt: 1,
    worker: 'worker-~',
    changes: { status },
    ...changes,
  };
  const value = new Uint8Array(Buffer.from(JSON.stringify(update)));
  value[value.indexOf(0x7e)] = 0xff;
  await broker.publish(topics.updates, [{ key: image.user_id, value, headers: {} }]);
  return value;
}

async function statusOf(database: Database, image: NewImage): Promise<string | undefined> {
  return (await database.read((trx) => findTask(trx, image.task_id)))?.status;
}

async function lengthOf(broker: MessageBroker, topic: string): Promise<number> {
  const partitions = await broker.offsets(topic);
  return partitions.reduce((sum, { next }) => sum + next, 0);
}

/** The same database on a disk that may be full: then every write is refused. */
function onDisk(database: Database, disk: { full: boolean }): Database {
  return {
    read: (work) => database.read(work),
    write: async (work) => {
      if (disk.full) throw new DarkroomError('storage_full', 'There is no room left to write to the database.');
      return database.write(work);
    },
    onCommit: (listener) => database.onCommit(listener),
    ping: () => database.ping(),
    close: () => database.close(),
    [Symbol.asyncDispose]: () => database.close(),
  };
}
