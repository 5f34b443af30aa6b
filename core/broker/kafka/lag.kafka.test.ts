import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import type { MessageBroker } from '../broker.ts';
import { numbered } from '../contract-bench.ts';
import { RecordingReader } from '../recording-reader.ts';
import { openKafka, ownPrefix } from './testing/open.ts';

const names = ['a', 'b', 'c', 'd'];
let broker: MessageBroker;

beforeEach(async () => {
  broker = openKafka(inject('kafka').bootstrap.plaintext, {}, ownPrefix());
  await broker.ensureTopics(names.map((name) => ({ name, partitions: 2, retention: 'work' as const })));
});

afterEach(() => broker.close());

test('lag is exact for groups and topics side by side, and the oldest is the message that comes next', async () => {
  for (const name of names) {
    await broker.publish(name, numbered(10, 'key'));
    await broker.publish(name, numbered(5, 'key'));
  }
  const reader = new RecordingReader(broker, { topics: names, group: 'first' });
  await reader.until(() => reader.received.length === 60);
  const lead = reader.received.filter(({ topic }) => topic === 'a');
  const { partition = 0 } = lead[0] ?? {};
  await reader.held.get(`a/${partition}`)?.commit(12);
  await reader.held.get(`b/${partition}`)?.commit(15);
  const [first, second] = await Promise.all([broker.lag('first', names), broker.lag('second', names)]);
  const of = (lags: typeof first, topic: string) =>
    lags.find((each) => each.topic === topic && each.partition === partition);
  expect(first).toHaveLength(8);
  expect(of(first, 'a')).toMatchObject({ committed: 12, next: 15, messages: 3, oldest: lead[12]?.timestamp });
  expect(of(first, 'b')).toMatchObject({ committed: 15, next: 15, messages: 0, oldest: null });
  expect(of(first, 'c')).toMatchObject({ committed: null, next: 15, messages: 15 });
  expect(of(second, 'a')).toMatchObject({ committed: null, next: 15, messages: 15, oldest: lead[0]?.timestamp });
  const others = [...first, ...second].filter((each) => each.partition !== partition);
  expect(others.map(({ next, messages, oldest }) => [next, messages, oldest])).toEqual(others.map(() => [0, 0, null]));
});

test('the oldest moves on as the group commits', async () => {
  await broker.publish('a', numbered(3, 'key'));
  const published = Date.now();
  await vi.waitUntil(() => Date.now() > published);
  await broker.publish('a', numbered(3, 'key'));
  const reader = new RecordingReader(broker, { topics: ['a'], group: 'first' });
  await reader.until(() => reader.received.length === 6);
  const partition = reader.received[0]?.partition ?? 0;
  const oldest: (number | null | undefined)[] = [];
  for (const committed of [0, 2, 3, 6]) {
    await reader.held.get(`a/${partition}`)?.commit(committed);
    oldest.push((await broker.lag('first', ['a']))[partition]?.oldest);
  }
  const at = reader.received.map(({ timestamp }) => timestamp);
  expect(oldest).toEqual([at[0], at[2], at[3], null]);
});
