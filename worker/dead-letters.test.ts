import { expect, onTestFinished, test } from 'vitest';
import type { Message, MessageBroker } from '#core/broker/broker.ts';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { deadLetterTopic, topicsOf, topicSpecs } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import type { Consumer } from '#core/consumer/consumer.ts';
import { toDeadLetter } from '#core/consumer/dead-letter.ts';
import { consumerGroups } from '#core/consumer/groups.ts';
import type { Database } from '#core/database/database.ts';
import { listDeadLetters } from '#core/database/dead-letters.ts';
import { acceptImages, type NewImage } from '#core/database/images.ts';
import { promisedMessage, takeOutbox } from '#core/database/outbox.ts';
import { newFolder, newImage, open } from '#core/database/testing/folder.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import { openLog } from '#core/telemetry/log.ts';
import { startDeadLetters } from './dead-letters.ts';

const config = readConfig({});
const topics = topicsOf(config);
const log = openLog('dead-letters', 'silent');
const malformed = new DarkroomError('malformed_message', 'version: expected 1');

test('each dead letter becomes one row that says all there is to say, and nothing is left unread', async () => {
  const { database, broker } = await house();
  const value = Uint8Array.of(0, 0xff, 0xc3, 0x28);
  await bury(broker, topics.processing, { key: 'kéy', value, headers: { traceparent: '00-1' } }, { offset: 41 });
  read(database, broker);
  const [row] = await rows(database, 1);
  expect(row).toMatchObject({
    topic: topics.processing,
    partition: 3,
    offset: 41,
    group_name: 'image-processing',
    key: 'kéy',
    value,
    bytes: 4,
    reason: 'malformed',
    error: 'malformed_message: version: expected 1',
    attempts: 0,
    redrives: 0,
    status: 'open',
    task_id: null,
    user_id: null,
  });
  await expect.poll(() => unread(broker)).toBe(0);
});

test('a message that was given up twice, by a crash in between, is one row, and so is a record that is read twice', async () => {
  const { database, broker } = await house();
  for (const offset of [7, 7, 8]) await bury(broker, topics.updates, text('{'), { offset });
  await broker.publish(deadLetterTopic(topics.updates), [text('from elsewhere')]);
  const first = read(database, broker);
  expect(await rows(database, 3)).toHaveLength(3);
  await first.stop({ deadlineMs: 5000 });
  read(database, forgetful(broker));
  await bury(broker, topics.updates, text('{'), { offset: 9 });
  expect((await rows(database, 4)).map(({ offset }) => offset)).toEqual([9, null, 8, 7]);
});

test('a record that nobody would write becomes a row all the same', async () => {
  const { database, broker } = await house();
  const nonsense = {
    'dlq-partition': '-1',
    'dlq-offset': '9'.repeat(40),
    'dlq-attempts': 'many',
    'dlq-group': 'g'.repeat(9999),
    'dlq-error': 'e'.repeat(9999),
    redrives: '1e3',
  };
  const records: Message[] = [
    { key: null, value: null, headers: {} },
    { key: '', value: new Uint8Array(), headers: nonsense },
    { key: '\ud800', value: new Uint8Array(1_000_000).fill(0x5b), headers: { 'dlq-reason': '\0' } },
    { key: crypto.randomUUID(), value: Buffer.from('{"task_id":[],"user_id":{},"run":"x","type":0}'), headers: {} },
    { key: 'x'.repeat(100_000), value: Buffer.from('[null]'), headers: { ['h'.repeat(1000)]: '' } },
  ];
  await broker.publish(deadLetterTopic(topics.processing), records);
  const consumer = read(database, broker);
  const kept = await rows(database, records.length);
  expect(kept.at(-1)).toMatchObject({ reason: 'unknown', error: '', partition: null, group_name: null, value: null });
  expect(kept.at(-2)).toMatchObject({ partition: null, offset: null, attempts: null, redrives: 0 });
  expect(kept.at(-3)).toMatchObject({ bytes: 1_000_000 });
  expect(kept.at(-5)).toMatchObject({ key_length: 100_000 });
  expect(consumer.health().ok).toBe(true);
});

test('the task whose message is dead fails with the reason, also where only the key tells which it is', async () => {
  const { database, broker } = await house();
  const [one, two] = [await accept(database), await accept(database)];
  await bury(broker, topics.processing, text('{"no":', one.task_id));
  await bury(broker, topics.processing, work(two), { offset: 1, error: new Error('undefined is not a function') });
  read(database, broker);
  await rows(database, 2);
  const [first, second] = await failures(database);
  expect(first).toMatchObject({ type: 'task.failed', task_id: one.task_id, run: 1, attempt: 0 });
  expect(first?.changes).toMatchObject({ status: 'failed', error: { code: 'dead_letter' } });
  expect(first?.changes.error?.detail).toContain('could not be read (malformed_message: version: expected 1)');
  expect(second).toMatchObject({ task_id: two.task_id, user_id: 'owner', image_id: two.id });
  expect(second?.changes.error?.detail).toContain('undefined is not a function');
});

test.each<[string, (image: NewImage) => Message, string?]>([
  ['is another person’s', (image) => work(image, { user_id: 'mallory' })],
  ['is of another run', (image) => work(image, { run: 2 })],
  [
    'is of a run that a redrive cannot have started',
    (image) => ({ ...text('{', image.task_id), headers: { redrives: '1' } }),
  ],
  ['is of no task', () => work(newImage())],
  ['is a fact for others', (image) => text(JSON.stringify({ task_id: image.task_id }), 'owner'), topics.events],
  ['tells of progress', (image) => update(image, 'task.progressed'), topics.updates],
  ['tells of an end and is another person’s', (image) => update(image, 'task.done', { user_id: 'x' }), topics.updates],
  [
    'tells of an end and names nobody',
    (image) => ({ ...update(image, 'task.done', { user_id: 0 }), key: null }),
    topics.updates,
  ],
  ['tells of the end of another run', (image) => update(image, 'task.done', { run: 2 }), topics.updates],
])('a dead message that %s fails nobody', async (_, message, topic = topics.processing) => {
  const { database, broker } = await house();
  const image = await accept(database);
  await bury(broker, topic, message(image));
  read(database, broker);
  await rows(database, 1);
  expect(await failures(database)).toEqual([]);
});

test('a task whose end cannot be read fails, and one that has ended stays as it is', async () => {
  const { database, broker } = await house();
  const [waiting, ended] = [await accept(database), await accept(database)];
  await database.write((trx) =>
    trx.updateTable('tasks').set({ status: 'done' }).where('id', '=', ended.task_id).execute(),
  );
  await bury(broker, topics.updates, update(waiting, 'task.done'));
  await bury(broker, topics.updates, update(ended, 'task.done'), { offset: 1 });
  await bury(broker, topics.processing, work(ended), { offset: 2 });
  read(database, broker);
  await rows(database, 3);
  expect((await failures(database)).map(({ task_id }) => task_id)).toEqual([waiting.task_id]);
});

test('a crash at any moment leaves each row, and each task’s end, once', async () => {
  const { database, broker } = await house();
  const image = await accept(database);
  await bury(broker, topics.processing, work(image));
  const dying = { writes: 0 };
  read(crashing(database, dying), broker);
  await rows(database, 1);
  await expect.poll(() => unread(broker)).toBe(0);
  expect(dying.writes).toBe(3);
  expect(await failures(database)).toHaveLength(1);
});

async function house(): Promise<{ database: Database; broker: MessageBroker }> {
  const broker = openMemoryBroker();
  onTestFinished(() => broker.close());
  await broker.ensureTopics(topicSpecs(config));
  return { database: await open(await newFolder()), broker };
}

function read(database: Database, broker: MessageBroker): Consumer {
  const consumer = startDeadLetters({ config, log, database, broker, topics });
  onTestFinished(() => consumer.stop({ deadlineMs: 5000 }));
  return consumer;
}

/** What a consumer that gave up the message has put among the dead letters. */
async function bury(
  broker: MessageBroker,
  topic: string,
  message: Message,
  { offset = 0, error = malformed }: { offset?: number; error?: Error } = {},
): Promise<void> {
  const received = { ...message, topic, partition: 3, offset, timestamp: 0 };
  const reason = error === malformed ? 'malformed' : 'processing_failed';
  const letter = toDeadLetter(received, { reason, error, attempts: 0 }, 'image-processing');
  await broker.publish(deadLetterTopic(topic), [letter]);
}

function text(value: string, key: string | null = null): Message {
  return { key, value: Buffer.from(value), headers: {} };
}

function work(image: NewImage, changes: object = {}): Message {
  const about = { task_id: image.task_id, user_id: image.user_id, run: 1 };
  return text(JSON.stringify({ ...about, version: 99, ...changes }), image.task_id);
}

function update(image: NewImage, type: TaskUpdate['type'], changes: object = {}): Message {
  const about = { task_id: image.task_id, user_id: image.user_id, run: 1 };
  return text(JSON.stringify({ ...about, type, version: 99, ...changes }), image.user_id);
}

async function accept(database: Database): Promise<NewImage> {
  const image = newImage();
  await database.write((trx) => acceptImages(trx, topics, [image]));
  return image;
}

/** The rows there are, newest first, once there are so many. */
async function rows(database: Database, count: number) {
  const list = () => database.read((trx) => listDeadLetters(trx, {}, { limit: 100 }));
  await expect.poll(async () => (await list()).items.length, { timeout: 10_000 }).toBe(count);
  return (await list()).items;
}

async function failures(database: Database): Promise<TaskUpdate[]> {
  const promised = await database.read((trx) => takeOutbox(trx, 1000));
  const updates = promised.filter(({ topic }) => topic === topics.updates).map(promisedMessage);
  return updates
    .map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()) as TaskUpdate)
    .filter(({ type }) => type === 'task.failed');
}

async function unread(broker: MessageBroker): Promise<number> {
  const { group, topics: read } = consumerGroups(config)['dead-letters'];
  return (await broker.lag(group, read)).reduce((sum, { messages }) => sum + messages, 0);
}

/** The same broker for a reader that begins at the first message whatever the group has committed. */
function forgetful(broker: MessageBroker): MessageBroker {
  return {
    ...broker,
    consume: (options) =>
      broker.consume({
        ...options,
        async onAssigned(assignment) {
          await options.onAssigned?.(assignment);
          assignment.seek(0);
        },
      }),
  };
}

/** The same database for a process that dies before its first commit and right after its second. */
function crashing(database: Database, dying: { writes: number }): Database {
  const died = new Error('The process died.');
  return {
    ...database,
    read: (work) => database.read(work),
    async write(work) {
      dying.writes += 1;
      const result = await database.write(async (trx) => {
        const value = await work(trx);
        if (dying.writes === 1) throw died;
        return value;
      });
      if (dying.writes === 2) throw died;
      return result;
    },
  };
}
