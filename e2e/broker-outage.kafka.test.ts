import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Appended, Batch, MessageBroker, TopicSpec } from '#core/broker/broker.ts';
import { numbered } from '#core/broker/contract-bench.ts';
import { openKafka, ownPrefix } from '#core/broker/kafka/testing/open.ts';
import { commitAll, RecordingReader } from '#core/broker/recording-reader.ts';
import { type KafkaCluster, startKafka } from '../scripts/kafka/cluster.ts';
import { publishSteadily } from './broker/steady-publisher.ts';

const topics: TopicSpec[] = [{ name: 'six', partitions: 6, retention: 'work' }];
let kafka: KafkaCluster;

beforeAll(async () => {
  kafka = await startKafka();
});

afterAll(() => kafka.stop());

function open(prefix = ownPrefix()): MessageBroker {
  return openKafka(kafka.bootstrap.plaintext, {}, prefix);
}

function placeOf({ partition, offset }: Appended): string {
  return `${partition}/${offset}`;
}

/** How long it takes, in ms, whatever comes of it. */
async function timed(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work.catch(() => {});
  return performance.now() - started;
}

test('a broker opened while Kafka is down says so at once, and works once Kafka is up', async () => {
  await kafka.kill(1);
  await using broker = open();
  await broker.ensureTopics(topics);
  await expect(broker.publish('six', numbered(1))).rejects.toMatchObject({ code: 'broker_unavailable' });
  await expect(broker.ping()).rejects.toMatchObject({ code: 'broker_unavailable' });
  expect(await timed(broker.ping())).toBeLessThan(4_000);
  const reader = new RecordingReader(broker, { topics: ['six'] });
  await expect(reader.ended).rejects.toMatchObject({ code: 'broker_unavailable' });
  await kafka.start(1);
  await vi.waitFor(() => broker.publish('six', numbered(1)), 10_000);
  const again = new RecordingReader(broker, { topics: ['six'] });
  await again.until(() => again.received.length > 0);
});

test('while Kafka is down a broker that was at work closes within a few seconds, and takes no process along', async () => {
  const broker = open();
  await broker.ensureTopics(topics);
  const reader = new RecordingReader(broker, { topics: ['six'] });
  await reader.until(() => reader.held.size === 6);
  await kafka.kill(1);
  const publish = broker.publish('six', numbered(1)).catch((error: unknown) => error);
  expect(await timed(broker.close())).toBeLessThan(6_000);
  expect(await publish).toMatchObject({ code: 'broker_unavailable' });
  await reader.ended;
  await kafka.start(1);
});

test('a Kafka that hangs is told within seconds, and a broker closes all the same', async () => {
  const broker = open();
  await broker.ensureTopics(topics);
  const reader = new RecordingReader(broker, { topics: ['six'] });
  await reader.until(() => reader.held.size === 6);
  await broker.publish('six', numbered(1));
  kafka.freeze(1);
  try {
    const publish = broker.publish('six', numbered(1)).catch((error: unknown) => error);
    expect(await timed(broker.ping())).toBeLessThan(4_000);
    expect(await timed(broker.close())).toBeLessThan(6_000);
    expect(await publish).toMatchObject({ code: 'broker_unavailable' });
    await reader.ended;
    const another = open();
    await another.ensureTopics([]);
    const hanging = new RecordingReader(another, { topics: ['six'] });
    expect(await timed(another.ping())).toBeLessThan(4_000);
    expect(await timed(another.close())).toBeLessThan(6_000);
    await hanging.ended;
  } finally {
    kafka.thaw(1);
  }
});

test('Kafka is killed and started again under a publisher, a consumer and a tail: nothing is lost, order is kept', async () => {
  const prefix = ownPrefix();
  await using publishing = open(prefix);
  await using reading = open(prefix);
  await publishing.ensureTopics(topics);
  await reading.ensureTopics(topics);
  const commit = (batch: Batch) => commitAll(batch).catch(() => {});
  const reader = new RecordingReader(reading, { topics: ['six'], maxBatch: 100 }, commit);
  const stop = new AbortController();
  const tail = reading.tail({ topics: ['six'], from: 'latest', maxBatch: 100, signal: stop.signal });
  await tail.ready;
  const tailed: string[] = [];
  const tailing = (async () => {
    for await (const messages of tail) tailed.push(...messages.map(({ value }) => Buffer.from(value ?? []).toString()));
  })();
  const publisher = publishSteadily(publishing, 'six');
  await reader.until(() => reader.received.length > 500);
  await kafka.kill(1);
  await kafka.start(1);
  const before = reader.received.length;
  await reader.until(() => reader.received.length > before + 500);
  const appended = await publisher.stop();
  const total = (await reading.offsets('six')).reduce((sum, { next }) => sum + next, 0);
  await reader.until(() => reader.received.length === total);
  await vi.waitFor(() => expect(tailed).toHaveLength(total));
  stop.abort();
  await tailing;
  const { received, values } = reader;
  const read = new Map(received.map((each, index) => [placeOf(each), values[index]]));
  expect(appended.filter((each) => read.get(placeOf(each)) !== `${each.number}`)).toEqual([]);
  expect(new Set(tailed)).toEqual(new Set(values));
  for (const partition of [0, 1, 2, 3, 4, 5]) {
    const offsets = reader.received.filter((each) => each.partition === partition).map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, index) => index));
  }
});
