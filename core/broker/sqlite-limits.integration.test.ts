import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Message, MessageBroker } from './broker.ts';
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

/** Bytes outside the heap that something still refers to. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
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

test('10. readers that do not read on hold no more than a batch, however much is waiting', async () => {
  const publisher = await open();
  await publisher.ensureTopics([{ name: 'one', partitions: 1, retention: 'work' }]);
  for (let round = 0; round < 64; round++) await publisher.publish('one', [large(1)]);
  const before = heldBytes();

  const broker = await open();
  const options = { topics: ['one'], maxBatch: 1000, signal: new AbortController().signal };
  const tail = broker.tail({ ...options, from: { one: { 0: 0 } } })[Symbol.asyncIterator]();
  const group = broker
    .consume({ ...options, group: 'group', member: 'member', from: 'earliest' })
    [Symbol.asyncIterator]();
  const batches = [await tail.next(), await group.next()];
  await broker.ping();
  expect(heldBytes() - before).toBeLessThan(8 * 1024 * 1024);
  expect(batches).toHaveLength(2);
});

test('a full disk refuses what is published with storage_full, keeps the rest, and is forgotten once there is room', async () => {
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
  await expect(broker.publish('one', [large(1)])).rejects.toMatchObject({ code: 'storage_full' });
  expect((await broker.offsets('one'))[0]?.next).toBe(3);
  await rm(join(folder, 'ballast'));
  expect(await broker.publish('one', [message('room')])).toEqual([{ partition: 0, offset: 3 }]);
  await reader.until(() => reader.values.includes('room'));
  expect(reader.assignments).toHaveLength(1);
});
