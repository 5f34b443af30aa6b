import { DarkroomError } from '#core/errors.ts';
import type { Appended, Message } from '../broker.ts';
import { partitionKey } from '../log/assign.ts';
import { partitionOf } from '../log/partitioner.ts';
import type { KafkaClient, Producer, TopicMessages } from './client.ts';
import { unavailable } from './errors.ts';
import { within } from './patience.ts';

/** Of one publish at most so much goes out as one batch: what brokers take by default, less their own share. */
const maxBatchBytes = 900 << 10;
/** Smaller batches are not worth compressing. */
const minCompressedBytes = 4 << 10;
const bytesOfOverhead = 100;
/** How long closing lets what is being sent finish. */
const closePatienceMs = 2_000;

interface Waiting {
  /** Parts of one publish have the same. */
  call: symbol;
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
  #waiting: Waiting[] = [];
  #batch: Waiting[] = [];
  #producer: Producer | null = null;
  #sending: Promise<void> | null = null;
  #unkeyed = Math.floor(Math.random() * 1_000);
  #closed = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Offsets in the order of the messages. What does not fit into one batch goes out as several, in order; after one that
   * failed none of the later ones is sent.
   */
  async publish(topic: string, messages: Message[]): Promise<Appended[]> {
    const partitions = await this.#options.partitionsOf(topic);
    const call = Symbol(topic);
    const appended = chunksOf(messages).map((chunk) => this.#enqueue(call, topic, chunk, partitions));
    return (await Promise.all(appended)).flat();
  }

  /** Lets what is being sent finish, for a moment; what is not finished then is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sending) await within(closePatienceMs, this.#sending).catch(() => {});
    this.#reject([...this.#batch, ...this.#waiting], closed());
    this.#producer?.close();
  }

  #enqueue(call: symbol, topic: string, messages: Message[], partitions: number): Promise<Appended[]> {
    const appended = Promise.withResolvers<Appended[]>();
    this.#waiting.push({
      call,
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
      this.#batch = this.#next();
      try {
        if (this.#closed) throw closed();
        const next = await this.#deliver(this.#batch);
        for (const each of this.#batch) each.appended.resolve(offsetsOf(each, next));
      } catch (error) {
        const calls = new Set(this.#batch.map(({ call }) => call));
        const isLater = ({ call }: Waiting) => calls.has(call);
        this.#reject([...this.#batch, ...this.#waiting.filter(isLater)], unavailable(error));
        this.#waiting = this.#waiting.filter((each) => !isLater(each));
        await this.#giveUp();
      }
      this.#batch = [];
    }
  }

  /**
   * Where the first message of each partition came to stand. kafkajs calls a batch sent that it sent only a part of, when
   * partitions change their leader meanwhile: the others go out again, as they were, so that they have the same numbers.
   */
  async #deliver(batch: Waiting[]): Promise<Map<string, number>> {
    const bytes = batch.reduce((sum, each) => sum + each.bytes, 0);
    const compressed = this.#options.compresses && bytes >= minCompressedBytes;
    const next = new Map<string, number>();
    for (let rest = toTopics(batch); rest.length > 0; rest = unanswered(rest, next)) {
      const producer = this.#producer ?? (await this.#connect());
      const known = next.size;
      for (const { topicName, partition, baseOffset } of await producer.send(rest, compressed)) {
        if (baseOffset !== undefined) next.set(partitionKey(topicName, partition), Number(baseOffset));
      }
      if (next.size === known) throw new DarkroomError('broker_unavailable', 'Kafka does not say what it appended.');
    }
    return next;
  }

  #reject(waiting: Waiting[], error: DarkroomError): void {
    for (const { appended } of waiting) appended.reject(error);
  }

  /** As many of those that wait as fit into one batch, and one at least. */
  #next(): Waiting[] {
    let bytes = 0;
    const count = this.#waiting.findIndex((each) => (bytes += each.bytes) > maxBatchBytes);
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : Math.max(count, 1));
  }

  async #connect(): Promise<Producer> {
    this.#producer = this.#options.client.producer();
    await this.#producer.connect();
    return this.#producer;
  }

  async #giveUp(): Promise<void> {
    await this.#producer?.disconnect().catch(() => {});
    this.#producer = null;
  }
}

function toTopics(batch: Waiting[]): TopicMessages[] {
  return [...Map.groupBy(batch, ({ topic }) => topic)].map(([topic, list]) => ({
    topic,
    messages: list.flatMap(({ messages }) => messages),
  }));
}

function unanswered(topics: TopicMessages[], answered: Map<string, number>): TopicMessages[] {
  return topics
    .map(({ topic, messages }) => ({
      topic,
      messages: messages.filter(({ partition }) => !answered.has(partitionKey(topic, partition))),
    }))
    .filter(({ messages }) => messages.length > 0);
}

/** Kafka says where the first of each partition stands; the others follow. */
function offsetsOf({ topic, messages }: Waiting, next: Map<string, number>): Appended[] {
  return messages.map(({ partition }) => {
    const key = partitionKey(topic, partition);
    const offset = next.get(key);
    if (offset === undefined) throw new DarkroomError('broker_unavailable', `Kafka does not answer for ${key}.`);
    next.set(key, offset + 1);
    return { partition, offset };
  });
}

function closed(): DarkroomError {
  return new DarkroomError('broker_unavailable', 'The broker was closed.');
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
