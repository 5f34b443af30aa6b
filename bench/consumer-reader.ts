import kafkajs from 'kafkajs';
import { openKafkaBroker } from '#core/broker/kafka.ts';
import { readConfig } from '#core/config.ts';
import { byKey, inOrder, startConsumer } from '#core/consumer/consumer.ts';
import { openLog } from '#core/telemetry/log.ts';
import { wallClock } from './live-updates.ts';

/** The other process of `consumer.bench.ts`: says of each message how long it took from its publish to its handler, in ms. */
const mode = process.argv[2] ?? '';
const config = readConfig();
const log = openLog('bench', config.LOG_LEVEL);
const group = `latency-${mode}`;
const topic = 'latency';
const broker = openKafkaBroker(config, log);
const already = (await broker.offsets(topic))[0]?.next ?? 0;

function tell(offset: number, value: { at: number }): void {
  if (offset >= already) process.send?.(wallClock() - value.at);
}

if (mode === 'plain') {
  const kafka = new kafkajs.Kafka({ brokers: config.KAFKA_BOOTSTRAP_SERVERS, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  consumer.on(consumer.events.GROUP_JOIN, () => process.send?.('ready'));
  await consumer.run({
    eachMessage: async ({ message }) =>
      tell(Number(message.offset), JSON.parse(message.value?.toString() ?? '') as { at: number }),
  });
} else {
  startConsumer<{ at: number }>({
    ...(mode === 'in-order' ? inOrder : byKey),
    concurrency: 50,
    broker,
    log,
    name: `kafka_consumer.${group}`,
    group,
    topics: [topic],
    onFailure: 'dead-letter',
    async handle(deliveries) {
      for (const { message, value } of deliveries) tell(message.offset, value);
    },
  });
  const caughtUp = async (): Promise<boolean> =>
    (await broker.lag(group, [topic])).every(({ committed, next }) => (committed ?? 0) >= next);
  while (!(await caughtUp())) await new Promise((passed) => setTimeout(passed, 50));
  process.send?.('ready');
}
