import { DarkroomError } from '#core/errors.ts';
import type { Appended, Message } from '../broker.ts';
import { partitionOf } from '../embedded/partitioner.ts';
import type { KafkaClient, Producer, TopicMessages } from './client.ts';
import { unavailable } from './errors.ts';

/** Of one publish at most so much goes out as one batch: what brokers take by default, less their own share. */
const maxBatchBytes = 900 << 10;
/** Smaller batches are not worth compressing. */
const minCompressedBytes = 4 << 10;
const bytesOfOverhead = 100;

interface Waiting {
  topic: string;
  messages: TopicMessages['messages'];
  bytes: number;
  appended: PromiseWithResolvers<Appended[]>;
}

export interface PublisherOptions {
  client: KafkaClient;
  partitionsOf: (topic: string) => Promise<number>;
  compresses: boolean;
}

/**
 * Publishes one batch after the other, each waited for: what is asked for meanwhile goes out together. So a batch that is
 * sent again after a lost answer has the same sequence number and is not appended twice. Where sending fails for good the
 * producer is given up with its numbers, since Kafka would take the next batch for a repeat of the one that failed.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #waiting: Waiting[] = [];
  #producer: Promise<Producer> | null = null;
  #sending: Promise<void> | null = null;
  #unkeyed = Math.floor(Math.random() * 1_000);
  #closed = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Offsets in the order of the messages. What does not fit into one batch goes out as several, in order. */
  async publish(topic: string, messages: Message[]): Promise<Appended[]> {
    const partitions = await this.#options.partitionsOf(topic);
    const appended: Promise<Appended[]>[] = [];
    for (const chunk of chunksOf(messages)) appended.push(this.#enqueue(topic, chunk, partitions));
    return (await Promise.all(appended)).flat();
  }

  /** Lets what is being sent finish. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#giveUp();
  }

  #enqueue(topic: string, messages: Message[], partitions: number): Promise<Appended[]> {
    const appended = Promise.withResolvers<Appended[]>();
    this.#waiting.push({
      topic,
      messages: messages.map(({ key, value, headers }) => ({
        key,
        value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        headers,
        partition: key === null ? this.#unkeyed++ % partitions : partitionOf(key, partitions),
      })),
      bytes: sizeOf(messages),
      appended,
    });
    this.#sending ??= this.#send().finally(() => (this.#sending = null));
    return appended.promise;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      try {
        if (this.#closed) throw new DarkroomError('broker_unavailable', 'The broker was closed.');
        const bytes = batch.reduce((sum, each) => sum + each.bytes, 0);
        const producer = await (this.#producer ??= this.#connect());
        const answers = await producer.send(toTopics(batch), this.#options.compresses && bytes >= minCompressedBytes);
        const next = new Map(answers.map((each) => [`${each.topicName}/${each.partition}`, Number(each.baseOffset)]));
        for (const each of batch) each.appended.resolve(offsetsOf(each, next));
      } catch (error) {
        for (const each of batch) each.appended.reject(unavailable(error));
        await this.#giveUp();
      }
    }
  }

  /** As many of those that wait as fit into one batch, and one at least. */
  #next(): Waiting[] {
    let bytes = 0;
    const count = this.#waiting.findIndex((each) => (bytes += each.bytes) > maxBatchBytes);
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : Math.max(count, 1));
  }

  async #connect(): Promise<Producer> {
    const producer = this.#options.client.producer();
    await producer.connect();
    return producer;
  }

  async #giveUp(): Promise<void> {
    const given = this.#producer;
    this.#producer = null;
    await given?.then((producer) => producer.disconnect()).catch(() => {});
  }
}

function toTopics(batch: Waiting[]): TopicMessages[] {
  return [...Map.groupBy(batch, ({ topic }) => topic)].map(([topic, list]) => ({
    topic,
    messages: list.flatMap(({ messages }) => messages),
  }));
}

/** Kafka says where the first of each partition stands; the others follow. */
function offsetsOf({ topic, messages }: Waiting, next: Map<string, number>): Appended[] {
  return messages.map(({ partition }) => {
    const key = `${topic}/${partition}`;
    const offset = next.get(key) ?? 0;
    next.set(key, offset + 1);
    return { partition, offset };
  });
}

function chunksOf(messages: Message[]): Message[][] {
  const chunks: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = sizeOf([message]);
    if (bytes + size > maxBatchBytes) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(message);
    bytes += size;
  }
  return chunks;
}

function sizeOf(messages: Message[]): number {
  let bytes = 0;
  for (const { key, value, headers } of messages) {
    bytes += bytesOfOverhead + (value?.byteLength ?? 0) + (key === null ? 0 : key.length * 3);
    for (const [name, content] of Object.entries(headers)) bytes += (name.length + content.length) * 3;
  }
  return bytes;
}
