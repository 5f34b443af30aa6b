import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Batch, Message, MessageBroker } from './broker.ts';
import { message, numbered } from './contract-bench.ts';
import { commitAll, RecordingReader } from './recording-reader.ts';
import { openSqliteBroker } from './sqlite.ts';

let folder: string;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
});

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
  await rm(folder, { recursive: true });
});

async function open(): Promise<MessageBroker> {
  const broker = await openSqliteBroker({ path: join(folder, 'log.db') });
  undo.push(() => broker.close());
  return broker;
}

function large(megabytes: number): Message {
  return { key: null, value: Buffer.alloc(megabytes * 1024 * 1024), headers: {} };
}

test('processes that start together on an empty folder all find the same log', async () => {
  const brokers = await Promise.all(Array.from({ length: 6 }, open));
  await Promise.all(brokers.map((broker) => broker.ensureTopics([{ name: 'one', partitions: 1, retention: 'work' }])));
  await Promise.all(brokers.map((broker) => broker.publish('one', numbered(10))));
  expect(await brokers[0]?.offsets('one')).toEqual([{ partition: 0, first: 0, next: 60 }]);
});

test('a folder that is not there is refused with broker_unavailable', async () => {
  const opening = openSqliteBroker({ path: join(folder, 'missing', 'log.db') });
  await expect(opening).rejects.toMatchObject({ code: 'broker_unavailable' });
});

test('10. a batch has few large messages, however many are asked for, and the next is not read before it is asked for', async () => {
  const broker = await open();
  await broker.ensureTopics([{ name: 'one', partitions: 1, retention: 'work' }]);
  for (let round = 0; round < 16; round++) await broker.publish('one', [large(1)]);
  const options = { topics: ['one'], maxBatch: 1000, signal: new AbortController().signal };
  const tail = broker.tail({ ...options, from: { one: { 0: 0 } } })[Symbol.asyncIterator]();
  expect((await tail.next()).value).toHaveLength(1);
  const group = broker
    .consume({ ...options, group: 'group', member: 'member', from: 'earliest' })
    [Symbol.asyncIterator]();
  const first = (await group.next()).value as Batch;
  expect(first.messages).toHaveLength(1);
  first.assignment.seek(10);
  expect(((await group.next()).value as Batch).messages[0]?.offset).toBe(10);
});

test('a full disk takes a few words more, refuses the rest with storage_full, and is forgotten once there is room', async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    process.emitWarning('Only root can mount the small file system that this test fills: nothing was tested.');
    return;
  }
  undo.push(() => execFileSync('umount', [folder]));
  const broker = await open();
  await broker.ensureTopics([{ name: 'one', partitions: 1, retention: 'work' }]);
  const reader = new RecordingReader(broker, { topics: ['one'] }, commitAll);
  await reader.until(() => reader.held.size === 1);
  await broker.publish('one', numbered(3));
  await reader.until(() => reader.received.length === 3);
  await expect(writeFile(join(folder, 'ballast'), Buffer.alloc(16 * 1024 * 1024))).rejects.toMatchObject({
    code: 'ENOSPC',
  });
  await broker.publish('one', [message('it is full')]);
  await reader.until(() => reader.values.includes('it is full'));
  await expect(broker.publish('one', [large(8)])).rejects.toMatchObject({ code: 'storage_full' });
  expect((await broker.offsets('one'))[0]?.next).toBe(4);
  await rm(join(folder, 'ballast'));
  expect(await broker.publish('one', [message('room')])).toEqual([{ partition: 0, offset: 4 }]);
  await reader.until(() => reader.values.includes('room'));
  expect(reader.assignments).toHaveLength(1);
});
