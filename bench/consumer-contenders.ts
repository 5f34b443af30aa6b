import kafkajs from 'kafkajs';
import type { MessageBroker } from '#core/broker/broker.ts';
import { byKey, fast, inOrder, startConsumer, type ConsumerOptions } from '#core/consumer/consumer.ts';
import type { Log } from '#core/telemetry/log.ts';

export interface Contender {
  name: string;
  /** Whether each commit is waited for before the next message. */
  waits: boolean;
  /** The contender it is compared with. */
  against: string | null;
  /** Messages a second from the first handled to the `count`-th, in a group of its own. */
  consume(group: string, count: number): Promise<number>;
}

export interface Field {
  broker: MessageBroker;
  log: Log;
  topic: string;
  bootstrap: string;
}

type Mode = Pick<ConsumerOptions<unknown>, 'lane' | 'commit'> & { concurrency: number };

/** kafkajs on its own, as its documentation shows it, and Darkroom's consumers by their three names. */
export function contenders(field: Field): Contender[] {
  const eachMessage = 'kafkajs eachMessage, a commit awaited each';
  const sideBySide = 'kafkajs eachMessage, 4 partitions side by side';
  const plain = (name: string, waits: boolean, partitionsAtOnce: number): Contender => ({
    name,
    waits,
    against: null,
    consume: (group, count) => consumePlain(field, { group, count, waits, partitionsAtOnce }),
  });
  const ours = (name: string, waits: boolean, against: string | null, mode: Mode): Contender => ({
    name,
    waits,
    against,
    consume: (group, count) => consumeOurs(field, mode, group, count),
  });
  return [
    plain(eachMessage, true, 1),
    ours('in-order, one at a time in all', true, eachMessage, { ...inOrder, concurrency: 1 }),
    plain(sideBySide, true, 4),
    ours('in-order, partitions side by side', true, sideBySide, { ...inOrder, concurrency: 4 }),
    plain('kafkajs eachBatch, nothing awaited', false, 1),
    ours('in-order, watermark commits', false, null, { ...inOrder, commit: 'watermark', concurrency: 1 }),
    ours('by-key, 50 lanes', false, null, { ...byKey, concurrency: 50 }),
    ours('fast, 50 at once', false, null, { ...fast, concurrency: 50 }),
  ];
}

/** Counts messages from the first on, and knows when the last was there. */
class Meter {
  readonly #count: number;
  readonly #done = Promise.withResolvers<number>();
  #seen = 0;
  #began = 0;

  constructor(count: number) {
    this.#count = count;
  }

  get rate(): Promise<number> {
    return this.#done.promise;
  }

  add(messages: number): void {
    if (this.#seen === 0) this.#began = performance.now();
    this.#seen += messages;
    if (this.#seen >= this.#count) this.#done.resolve((this.#count * 1_000) / (performance.now() - this.#began));
  }
}

async function consumeOurs({ broker, log, topic }: Field, mode: Mode, group: string, count: number): Promise<number> {
  const meter = new Meter(count);
  const consumer = startConsumer<unknown>({
    ...mode,
    broker,
    log,
    name: `kafka_consumer.${group}`,
    group,
    topics: [topic],
    onFailure: 'dead-letter',
    unpack: (message) => message.value,
    handle: async (deliveries) => meter.add(deliveries.length),
  });
  const rate = await meter.rate;
  await consumer.stop({ deadlineMs: 1_000 });
  return rate;
}

async function consumePlain(
  { bootstrap, topic }: Field,
  options: { group: string; count: number; waits: boolean; partitionsAtOnce: number },
): Promise<number> {
  const meter = new Meter(options.count);
  const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: options.group });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  if (options.waits) {
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: options.partitionsAtOnce,
      async eachMessage({ partition, message }) {
        await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
        meter.add(1);
      },
    });
  } else {
    await consumer.run({ eachBatch: async ({ batch }) => meter.add(batch.messages.length) });
  }
  const rate = await meter.rate;
  await consumer.disconnect();
  return rate;
}
