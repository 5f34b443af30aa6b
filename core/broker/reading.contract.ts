import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { message, numbered, type Bench } from './contract-bench.ts';
import type { Message, Received, Tail } from './broker.ts';
import { RecordingReader } from './recording-reader.ts';

/** Guarantees 1, 2, 3, 8, 9, 12 and 13. */
export function readingTests(bench: () => Bench): void {
  test('1. what was published is there for a client that comes later', async () => {
    const appended = await bench().broker.publish('one', numbered(3));
    await bench().broker.close();
    const later = await bench().connect();
    const reader = new RecordingReader(later, { topics: ['one'] });
    await reader.until(() => reader.received.length === 3);
    expect(appended.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(await later.offsets('one')).toEqual([{ partition: 0, first: 0, next: 3 }]);
  });

  test('1. many publishes at once get offsets of their own with no gap', async () => {
    const clients = [bench().broker, await bench().connect()];
    const publishes = Array.from({ length: 100 }, (_, index) =>
      (clients[index % 2] ?? bench().broker).publish('one', numbered(2)),
    );
    const offsets = (await Promise.all(publishes)).flatMap((appended) => appended.map(({ offset }) => offset));
    expect(offsets.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  test('1. a topic that does not exist is refused, and so is another number of partitions', async () => {
    const { broker } = bench();
    await expect(broker.publish('nowhere', numbered(1))).rejects.toMatchObject({ code: 'invalid_config' });
    const other = broker.ensureTopics([{ name: 'six', partitions: 7, retention: 'work' }]);
    await expect(other).rejects.toMatchObject({ code: 'invalid_config' });
    expect(await broker.offsets('six')).toHaveLength(6);
  });

  test('2. messages with the same key go to the same partition, also from another client; null keys spread', async () => {
    const { broker } = bench();
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    const once = await broker.publish(
      'six',
      keys.map((key) => message('a', key)),
    );
    const again = await (
      await bench().connect()
    ).publish(
      'six',
      keys.map((key) => message('b', key)),
    );
    const partitions = once.map(({ partition }) => partition);
    expect(again.map(({ partition }) => partition)).toEqual(partitions);
    expect(new Set(partitions).size).toBe(6);
    const unkeyed = await Promise.all(numbered(60).map((each) => broker.publish('six', [each])));
    expect(new Set(unkeyed.flat().map(({ partition }) => partition)).size).toBeGreaterThan(1);
  });

  test('3. a reader sees the messages of a partition in the order they were appended', async () => {
    const { broker } = bench();
    const reader = new RecordingReader(broker, { topics: ['six'], maxBatch: 7 });
    for (let round = 0; round < 20; round++) {
      await broker.publish(
        'six',
        Array.from({ length: 30 }, (_, index) => message(`${round * 30 + index}`, `key-${index}`)),
      );
    }
    await reader.until(() => reader.received.length === 600);
    for (const of of Object.values(Object.groupBy(reader.received, ({ partition }) => partition))) {
      expect(of?.map(({ offset }) => offset)).toEqual(of?.map((_, index) => index));
      const values = of?.map(({ value }) => Number(Buffer.from(value ?? []).toString()));
      expect(values).toEqual(values?.toSorted((a, b) => a - b));
    }
  });

  test('3. a batch has messages of one partition and no more than asked for', async () => {
    const { broker } = bench();
    await broker.publish('six', numbered(100));
    const sizes: number[] = [];
    const reader = new RecordingReader(broker, { topics: ['six'], maxBatch: 4 }, ({ assignment, messages }) => {
      expect(messages.every(({ partition }) => partition === assignment.partition)).toBe(true);
      sizes.push(messages.length);
    });
    await reader.until(() => reader.received.length === 100);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
  });

  test('8. a tail sees everything appended from when it is ready, whatever groups do', async () => {
    const { broker } = bench();
    await broker.publish('one', [message('before')]);
    const stop = new AbortController();
    const tail = broker.tail({ topics: ['one', 'six'], from: 'latest', maxBatch: 10, signal: stop.signal });
    expect((await tail.ready).one).toEqual({ 0: 1 });
    const reader = new RecordingReader(broker, { topics: ['one', 'six'] });
    await broker.publish('one', numbered(25));
    await broker.publish('six', numbered(25));
    await reader.until(() => reader.received.length === 51);
    expect(await take(tail, 50)).toHaveLength(50);
    stop.abort();
  });

  test('8. a tail begins at the offsets asked for, and at the latest where none is', async () => {
    const { broker } = bench();
    await broker.publish(
      'six',
      Array.from({ length: 60 }, (_, index) => message(`${index}`, `key-${index}`)),
    );
    const [partition = 0, next = 0] = await broker.offsets('six').then(([first]) => [first?.partition, first?.next]);
    const from = { six: { [partition]: next - 2 } };
    const tail = broker.tail({ topics: ['six'], from, maxBatch: 10, signal: new AbortController().signal });
    expect(Object.keys((await tail.ready).six ?? {})).toHaveLength(6);
    const received = await take(tail, 2);
    expect(received.map((each) => [each.partition, each.offset])).toEqual([
      [partition, next - 2],
      [partition, next - 1],
    ]);
  });

  test('8. a tail that is asked for what the log has lost, or never had, begins at its end', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(3));
    const signal = new AbortController().signal;
    const tail = broker.tail({ topics: ['one'], from: { one: { 0: 100 } }, maxBatch: 10, signal });
    expect((await tail.ready).one).toEqual({ 0: 3 });
    await broker.publish('one', [message('next')]);
    expect(await take(tail, 1)).toMatchObject([{ offset: 3 }]);
  });

  test('9. key, value and headers come back byte for byte', async () => {
    const { broker } = bench();
    const messages: Message[] = [
      { key: null, value: null, headers: {} },
      { key: '', value: new Uint8Array(), headers: { empty: '' } },
      { key: 'ключ \u0000 🗝', value: Buffer.from('{"a":1}'), headers: { traceparent: '00-ab', größe: '\u0000 "ü" 🖼' } },
      { key: 'large', value: randomBytes(300_000), headers: {} },
      { key: 'part of a buffer', value: Buffer.from('0123456789').subarray(3, 6), headers: {} },
    ];
    await broker.publish('one', messages);
    const reader = new RecordingReader(broker, { topics: ['one'] });
    await reader.until(() => reader.received.length === messages.length);
    expect(reader.received.map(({ key }) => key)).toEqual(messages.map(({ key }) => key));
    expect(reader.received.map(({ headers }) => headers)).toEqual(messages.map(({ headers }) => headers));
    expect(reader.received.map(bytes)).toEqual(messages.map(bytes));
    expect(Math.abs((reader.received[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('12. close may be called again, ends every reader, and refuses what comes after', async () => {
    const broker = await bench().connect();
    const reader = new RecordingReader(broker, { topics: ['one'] });
    const tail = broker.tail({ topics: ['one'], from: 'latest', maxBatch: 1, signal: new AbortController().signal });
    await tail.ready;
    const tailed = take(tail, 1);
    await reader.until(() => reader.held.size === 1);
    await Promise.all([broker.close(), broker.close()]);
    await broker.close();
    await reader.ended;
    expect(await tailed).toEqual([]);
    expect(reader.held.size).toBe(0);
    await expect(broker.publish('one', numbered(1))).rejects.toMatchObject({ code: 'broker_unavailable' });
    await expect(broker.ping()).rejects.toMatchObject({ code: 'broker_unavailable' });
    await bench().broker.ping();
  });

  test('13. what another client appends wakes a waiting reader within milliseconds', async () => {
    const publisher = await bench().connect();
    const reader = new RecordingReader(bench().broker, { topics: ['one'] });
    await reader.until(() => reader.held.size === 1);
    const took: number[] = [];
    for (let count = 1; count <= 15; count++) {
      const started = performance.now();
      await publisher.publish('one', numbered(1));
      await reader.until(() => reader.received.length === count);
      took.push(performance.now() - started);
    }
    expect(took.toSorted((a, b) => a - b)[7]).toBeLessThan(60);
  });
}

/** The first `count` messages, or what there was when the tail ended. */
async function take(tail: Tail, count: number): Promise<Received[]> {
  const received: Received[] = [];
  for await (const messages of tail) {
    received.push(...messages);
    if (received.length >= count) break;
  }
  return received;
}

function bytes({ value }: Message): string | null {
  return value && Buffer.from(value).toString('base64');
}
