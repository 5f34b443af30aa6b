import kafkajs from 'kafkajs';
import { expect, vi } from 'vitest';
import type { Appended, Batch, TopicSpec } from '#core/broker/broker.ts';
import { openKafka, ownPrefix } from '#core/broker/kafka/testing/open.ts';
import { commitAll, RecordingReader } from '#core/broker/recording-reader.ts';
import type { KafkaCluster } from '../../scripts/kafka/cluster.ts';
import { publishSteadily } from './steady-publisher.ts';

/**
 * Kills the nodes of a cluster in turn under a publisher and a consumer, the next once the last is back. What was promised
 * has to be where it was said to be, once and in order, no publish is refused, and commits go on while a node is away.
 */
export async function expectToSurvive(kafka: KafkaCluster, deaths: (number | 'coordinator')[]): Promise<void> {
  const { bootstrap } = kafka;
  const prefix = ownPrefix();
  await using publishing = openKafka(bootstrap.plaintext, {}, prefix);
  await using reading = openKafka(bootstrap.plaintext, {}, prefix);
  const topics: TopicSpec[] = [{ name: 'six', partitions: 6, retention: 'work' }];
  for (const broker of [publishing, reading]) await broker.ensureTopics(topics);
  const commit = (batch: Batch) => commitAll(batch).catch(() => {});
  const reader = new RecordingReader(reading, { topics: ['six'], maxBatch: 100 }, commit);
  const publisher = publishSteadily(publishing, 'six');

  const progress = async () => {
    const lags = await publishing.lag('group', ['six']);
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
    const committed = sum(lags.map((each) => each.committed ?? 0));
    return { committed, messages: sum(lags.map(({ messages }) => messages)) };
  };

  await reader.until(() => reader.received.length > 500);
  let dead = 0;
  for (const death of deaths) {
    if (dead > 0) await kafka.start(dead);
    dead = death === 'coordinator' ? await coordinatorOf(bootstrap.plaintext) : death;
    await kafka.kill(dead);
    const { committed } = await vi.waitFor(progress, 20_000);
    const read = reader.received.length;
    await reader.until(() => reader.received.length > read + 2_000);
    await vi.waitFor(async () => expect((await progress()).committed).toBeGreaterThan(committed), 20_000);
  }
  const promised = await publisher.stop();
  await vi.waitFor(async () => expect((await progress()).messages).toBe(0), 20_000);
  const { received, values } = reader;
  const read = new Map(received.map((each, index) => [placeOf(each), values[index]]));
  expect(promised.filter((each) => read.get(placeOf(each)) !== `${each.number}`)).toEqual([]);
  expect({ refused: publisher.refused, read: received.length }).toEqual({ refused: 0, read: promised.length });
  for (const of of Object.values(Object.groupBy(received, ({ partition }) => partition))) {
    expect(of?.map(({ offset }) => offset)).toEqual(of?.map((_, index) => index));
  }
}

/** The node that coordinates the groups, where they are all kept in one partition. */
async function coordinatorOf(bootstrap: string): Promise<number> {
  const admin = new kafkajs.Kafka({ brokers: bootstrap.split(',') }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
  await admin.disconnect();
  expect(topics[0]?.partitions).toHaveLength(1);
  return topics[0]?.partitions[0]?.leader ?? 0;
}

function placeOf({ partition, offset }: Appended): string {
  return `${partition}/${offset}`;
}
