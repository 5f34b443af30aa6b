import { randomBytes, randomUUID } from 'node:crypto';
import kafkajs, { type ITopicConfig } from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { message, numbered } from '#core/broker/contract-bench.ts';
import { openKafka } from '#core/broker/kafka/testing/open.ts';
import { commitAll, RecordingReader } from '#core/broker/recording-reader.ts';
import { deadLetterTopic } from '#core/broker/topics.ts';

const { plaintext } = inject('kafka').bootstrap;
const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;
const stranger = new Kafka({ brokers: [plaintext], logLevel: logLevel.NOTHING });

async function makeTopic(config: ITopicConfig): Promise<void> {
  const admin = stranger.admin();
  await admin.connect();
  await admin.createTopics({ topics: [config], waitForLeaders: true });
  await admin.disconnect();
}

async function settingsOf(topic: string): Promise<Record<string, string>> {
  const admin = stranger.admin();
  await admin.connect();
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic }];
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  await admin.disconnect();
  return Object.fromEntries(
    described.resources[0]?.configEntries.map((each) => [each.configName, each.configValue]) ?? [],
  );
}

test('topics are made with all that the adapter relies on, whatever the defaults of the brokers are', async () => {
  const work = randomUUID();
  const day = 24 * 3_600_000;
  await using broker = openKafka(plaintext);
  await broker.ensureTopics([
    { name: work, partitions: 2, retention: 'work' },
    { name: `${work}.day`, partitions: 1, retention: day },
    { name: deadLetterTopic(work), partitions: 1, retention: 'work' },
  ]);
  const mib = 1 << 20;
  expect(await settingsOf(work)).toMatchObject({
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'cleanup.policy': 'delete',
    'compression.type': 'producer',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': `${4 * mib}`,
  });
  expect(await settingsOf(`${work}.day`)).toMatchObject({ 'retention.ms': `${day}` });
  const room = Number((await settingsOf(deadLetterTopic(work)))['max.message.bytes']);
  expect(room).toBeGreaterThan(4 * mib);
});

test('a topic with another number of partitions is left as it is, and what to do is said', async () => {
  const name = randomUUID();
  await makeTopic({ topic: name, numPartitions: 3 });
  await using broker = openKafka(plaintext);
  await expect(broker.ensureTopics([{ name, partitions: 2, retention: 'work' }])).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/has 3 partitions .* ask for 2\. Set its KAFKA_TOPIC_…_PARTITIONS to 3/),
  });
});

test('what is published compressed is read, however the reader itself compresses', async () => {
  const name = randomUUID();
  const values = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(200)}`);
  await using reading = openKafka(plaintext, { KAFKA_COMPRESSION: 'none' });
  await reading.ensureTopics([{ name, partitions: 1, retention: 'work' }]);
  const reader = new RecordingReader(reading, { topics: [name], group: name });
  for (const compression of ['none', 'gzip', 'zstd']) {
    await using broker = openKafka(plaintext, { KAFKA_COMPRESSION: compression });
    await broker.publish(
      name,
      values.map((value) => message(value)),
    );
  }
  await reader.until(() => reader.received.length === 900);
  expect(reader.values).toEqual([...values, ...values, ...values]);
});

test('messages of all sizes up to the largest come through in order, and a larger one is refused', async () => {
  const name = randomUUID();
  const sizes = [3_900_000, 10, 900_000, 1_000_000, 0, 2_000_000, 50];
  await using broker = openKafka(plaintext);
  await broker.ensureTopics([{ name, partitions: 1, retention: 'work' }]);
  await broker.publish(
    name,
    sizes.map((size) => ({ key: null, value: randomBytes(size), headers: {} })),
  );
  const reader = new RecordingReader(broker, { topics: [name], group: name });
  await reader.until(() => reader.received.length === sizes.length);
  expect(reader.received.map(({ value }) => value?.byteLength)).toEqual(sizes);
  const tooLarge = broker.publish(name, [{ key: null, value: randomBytes(4_300_000), headers: {} }]);
  await expect(tooLarge).rejects.toThrow(/larger than the max message size/);
  await broker.publish(name, numbered(1));
  await reader.until(() => reader.received.length === sizes.length + 1);
});

test('what cannot be read holds up its own partition only', async () => {
  const name = randomUUID();
  await makeTopic({ topic: name, numPartitions: 1, configEntries: [{ name: 'compression.type', value: 'lz4' }] });
  await using broker = openKafka(plaintext);
  await broker.ensureTopics([
    { name, partitions: 1, retention: 'work' },
    { name: `${name}.other`, partitions: 2, retention: 'work' },
  ]);
  await broker.publish(name, numbered(3));
  const reader = new RecordingReader(broker, { topics: [name, `${name}.other`], group: name });
  await reader.until(() => reader.held.size === 3);
  await broker.publish(`${name}.other`, numbered(20));
  await reader.until(() => reader.received.length === 20);
  expect(reader.received.filter(({ topic }) => topic === name)).toEqual([]);
  expect(await broker.lag(name, [name])).toEqual([
    { topic: name, partition: 0, committed: null, next: 3, messages: 3, oldest: null },
  ]);
});

test('of the transactions of others only what was committed is read', async () => {
  const name = randomUUID();
  await using broker = openKafka(plaintext);
  await broker.ensureTopics([{ name, partitions: 1, retention: 'work' }]);
  const reader = new RecordingReader(broker, { topics: [name], group: name }, commitAll);
  const producer = stranger.producer({ transactionalId: name, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (const end of ['abort', 'commit', 'abort'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: name, messages: [{ value: `${end} 1` }, { value: `${end} 2` }] });
    await transaction[end]();
  }
  await producer.disconnect();
  await broker.publish(name, [message('last')]);
  await reader.until(() => reader.values.includes('last'));
  expect(reader.values).toEqual(['commit 1', 'commit 2', 'last']);
});
