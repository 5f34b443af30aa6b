import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { Received } from '../broker.ts';
import { partitionKey } from '../log/assign.ts';
import type { LogReader, Position } from '../log/message-log.ts';
import type { Cluster, FetchedPartition, KafkaClient } from './client.ts';
import { isUnreadable, lostConnection, unavailable } from './errors.ts';
import { unlessAborted } from './patience.ts';
import { toReceived, withoutAborted } from './received.ts';
import { offsetsOf } from './starts.ts';

/**
 * How long a broker that has nothing new keeps a request before it says so. A partition that is not in the request waits for
 * its end: little, where one is left out that may be asked for any moment.
 */
const maxWaitMs = { ofAll: 250, ofSome: 50 };
/** What was not asked for in so long is paused for good or held by another: what is ahead of it is let go. */
const forgottenAfterMs = 10_000;
const maxBytesPerPartition = 1 << 20;
const maxBytes = 8 << 20;
const readCommitted = 1;
/** With fewer bytes ahead, the next are asked for while these are worked on. */
const littleAhead = 256 << 10;
const bytesOfOverhead = 64;
const firstRetryMs = 50;
/** How soon a message that cannot be read is tried again. */
const unreadableAgainMs = 10_000;
const readable = 'what is not compressed can be read, and gzip and zstd';

/** What was read of a partition and not yet taken. */
interface Ahead {
  /** All messages from `from` on and before `to` are in `messages`. */
  from: number;
  to: number;
  messages: Received[];
  bytes: number;
  /** On the monotonic clock. */
  askedAt: number;
}

/**
 * Reads partitions at the positions it is asked for. One request at a time is with each broker; what it brings beyond what
 * was asked is kept, some 1 MiB a partition at most, so that the next is there when it is wanted.
 */
export class KafkaReader implements LogReader {
  readonly #cluster: Cluster;
  readonly #log: Log;
  readonly #giveUpMs: number;
  readonly #onClosed: () => void;
  readonly #ahead = new Map<string, Ahead>();
  /** The brokers that a request is with, and its end. */
  readonly #asked = new Map<number, Promise<void>>();
  /** Where a partition cannot be read, and until when it is left alone. */
  readonly #aside = new Map<string, { offset: number; until: number }>();
  readonly #topics = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #failure: DarkroomError | null = null;
  #failingSince: number | null = null;
  #failures = 0;
  #closed = false;

  /** `giveUpMs`: how long it goes on trying before it says that the broker cannot be reached. */
  constructor(client: KafkaClient, { giveUpMs, log }: { giveUpMs: number; log: Log }, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.#cluster = client.cluster();
    this.#log = log;
    this.#giveUpMs = giveUpMs;
  }

  async fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]> {
    await unlessAborted(signal, this.#know(positions));
    while (!signal.aborted && !this.#closed) {
      this.#throwFailure();
      const messages = this.#serve(positions, max);
      this.#ask(positions);
      if (messages.length > 0) return messages;
      await this.#arrived(signal);
    }
    return [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    this.#cluster.close();
    await Promise.all(this.#asked.values());
    this.#onClosed();
  }

  /** Knows of the topics who leads their partitions. */
  async #know(positions: Position[]): Promise<void> {
    const news = new Set(positions.map(({ topic }) => topic).filter((topic) => !this.#topics.has(topic)));
    if (news.size === 0) return;
    try {
      await this.#cluster.connect();
      await this.#cluster.addMultipleTargetTopics([...news]);
    } catch (error) {
      throw unavailable(error);
    }
    for (const topic of news) this.#topics.add(topic);
  }

  #serve(positions: Position[], max: number): Received[] {
    for (const { topic, partition, offset } of positions) {
      const ahead = this.#aheadOf(topic, partition, offset);
      if (ahead.messages.length === 0) continue;
      const taken = take(ahead, max);
      ahead.from = (taken.at(-1)?.offset ?? ahead.from) + 1;
      return taken;
    }
    return [];
  }

  /** What is there at or after the offset; nothing where it was read elsewhere before. */
  #aheadOf(topic: string, partition: number, offset: number): Ahead {
    const key = partitionKey(topic, partition);
    const known = this.#ahead.get(key);
    if (known && known.from <= offset && offset <= known.to) {
      const skipped = known.messages.findIndex((message) => message.offset >= offset);
      take(known, skipped === -1 ? known.messages.length : skipped);
      known.from = offset;
      known.askedAt = performance.now();
      return known;
    }
    const ahead = { from: offset, to: offset, messages: [], bytes: 0, askedAt: performance.now() };
    this.#ahead.set(key, ahead);
    return ahead;
  }

  /** Asks each broker that is not yet asked for the partitions of which little is ahead. */
  #ask(positions: Position[]): void {
    if (this.#closed) return;
    this.#forget();
    const wanted = new Map<number, Position[]>();
    for (const { topic, partition } of positions) {
      const ahead = this.#ahead.get(partitionKey(topic, partition));
      const leader = this.#leaderOf(topic, partition);
      if (!ahead || this.#asked.has(leader) || ahead.bytes >= littleAhead) continue;
      if (this.#isAside(topic, partition, ahead.to)) continue;
      const each = { topic, partition, offset: ahead.to };
      const list = wanted.get(leader);
      if (list) list.push(each);
      else wanted.set(leader, [each]);
    }
    const maxWait = positions.length < this.#ahead.size ? maxWaitMs.ofSome : maxWaitMs.ofAll;
    for (const [leader, list] of wanted) {
      const request = this.#request(leader, list, maxWait).finally(() => {
        this.#asked.delete(leader);
        this.#wake();
      });
      this.#asked.set(leader, request);
    }
  }

  /** Lets go of what nobody asks for any more. */
  #forget(): void {
    const before = performance.now() - forgottenAfterMs;
    for (const [key, { askedAt }] of this.#ahead) if (askedAt < before) this.#ahead.delete(key);
  }

  async #request(leader: number, positions: Position[], maxWait: number): Promise<void> {
    try {
      await this.#cluster.refreshMetadataIfNecessary();
      const node = await this.#cluster.findBroker({ nodeId: leader });
      const { responses } = await node.fetch({
        maxWaitTime: maxWait,
        minBytes: 1,
        maxBytes,
        isolationLevel: readCommitted,
        topics: toRequest(positions),
      });
      for (const { topicName, partitions } of responses) {
        for (const fetched of partitions) this.#keep(topicName, fetched, positions);
      }
      this.#failures = 0;
      this.#failingSince = null;
    } catch (error) {
      if (!isUnreadable(error)) await this.#recover(error, leader, positions);
      else if (positions.length === 1) positions.forEach((each) => this.#setAside(each, error));
      // kafkajs throws everything away for the sake of one partition: the others are asked for by themselves.
      else for (const each of positions) await this.#request(leader, [each], 0);
    }
  }

  #setAside({ topic, partition, offset }: Position, err: unknown): void {
    const until = performance.now() + unreadableAgainMs;
    this.#aside.set(partitionKey(topic, partition), { offset, until });
    setTimeout(() => this.#wake(), unreadableAgainMs).unref();
    this.#log.error({ err, topic, partition, offset }, `a message cannot be read, and none after it: ${readable}`);
  }

  #isAside(topic: string, partition: number, offset: number): boolean {
    const aside = this.#aside.get(partitionKey(topic, partition));
    return aside?.offset === offset && performance.now() < aside.until;
  }

  #keep(topic: string, { partition, messages, abortedTransactions }: FetchedPartition, positions: Position[]): void {
    const asked = positions.find((each) => each.topic === topic && each.partition === partition);
    const ahead = this.#ahead.get(partitionKey(topic, partition));
    const last = messages.at(-1);
    if (!asked || !ahead || !last || ahead.to !== asked.offset) return;
    for (const message of withoutAborted(messages, abortedTransactions)) {
      const received = toReceived(topic, partition, message);
      // A batch comes whole, also where it begins before the offset asked for.
      if (received.offset < asked.offset) continue;
      ahead.messages.push(received);
      ahead.bytes += sizeOf(received);
    }
    ahead.to = Math.max(ahead.to, Number(last.offset) + 1);
  }

  /** Who leads a partition may have changed, a broker may be gone, or an offset: looks anew, and goes on after a moment. */
  async #recover(error: unknown, leader: number, positions: Position[]): Promise<void> {
    if (this.#closed) return;
    this.#failures += 1;
    this.#failingSince ??= performance.now();
    if (performance.now() - this.#failingSince > this.#giveUpMs) this.#failure = unavailable(error);
    this.#log.debug({ err: error, broker: leader }, 'reading from Kafka failed; trying again');
    const lost = lostConnection(error);
    if (lost) this.#cluster.removeBroker(lost);
    await new Promise((resolve) => setTimeout(resolve, Math.min(firstRetryMs * 2 ** this.#failures, 1_000)));
    try {
      if (this.#closed) return;
      if (error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange') await this.#skipRemoved(positions);
      await this.#cluster.refreshMetadata();
    } catch (cause) {
      this.#log.debug({ err: cause }, 'Kafka does not say who leads its partitions');
    }
  }

  /** What was removed cannot be read: goes on with the first message that is there. */
  async #skipRemoved(positions: Position[]): Promise<void> {
    for (const [topic, list] of Map.groupBy(positions, (each) => each.topic)) {
      for (const { partition, first, next } of await offsetsOf(this.#cluster, topic, list)) {
        const ahead = this.#ahead.get(partitionKey(topic, partition));
        if (ahead && ahead.to < first) ahead.to = first;
        if (ahead && ahead.to > next) {
          this.#failure = new DarkroomError('broker_unavailable', `Kafka lost the end of ${topic}/${partition}.`);
        }
      }
    }
  }

  #leaderOf(topic: string, partition: number): number {
    return this.#cluster.findTopicPartitionMetadata(topic).find((each) => each.partitionId === partition)?.leader ?? -1;
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (!failure) return;
    this.#failure = null;
    this.#failingSince = null;
    throw failure;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #arrived(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function take(ahead: Ahead, count: number): Received[] {
  const taken = ahead.messages.splice(0, count);
  for (const message of taken) ahead.bytes -= sizeOf(message);
  return taken;
}

function sizeOf({ value }: Received): number {
  return (value?.byteLength ?? 0) + bytesOfOverhead;
}

function toRequest(positions: Position[]) {
  return [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, list]) => ({
    topic,
    partitions: list.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: maxBytesPerPartition,
    })),
  }));
}
