import { MessageChannel } from 'node:worker_threads';
import type { Appended, Message, PartitionLag, PartitionOffsets, Received, TopicSpec } from '../broker.ts';
import type { Lease, LogReader, Member, MessageLog, Position, Share } from '../log/message-log.ts';
import { pack, readHeaders, valuesOf } from './packed.ts';
import type { PackedBatch } from './partition-reader.ts';
import type { ReaderCalls, ThreadOptions, WriterCalls } from './thread-calls.ts';
import { ThreadClient } from './thread-client.ts';

/** The log in a SQLite file, by two threads of this process: one writes, one reads. */
export class SqliteLog implements MessageLog {
  readonly #writer: ThreadClient<WriterCalls>;
  readonly #reader: ThreadClient<ReaderCalls>;
  readonly #confirmEveryMs: number;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(options: Omit<ThreadOptions, 'wake'>) {
    const { port1, port2 } = new MessageChannel();
    const groupChanged = (group: string) => this.#listeners.get(group)?.forEach((listener) => listener());
    // One is of no use without the other: readers must hear of it, not wait for ever.
    this.#writer = new ThreadClient(
      new URL('./writer.ts', import.meta.url),
      { ...options, wake: port1 },
      { groupChanged, failed: () => this.#reader.terminate() },
    );
    this.#reader = new ThreadClient(
      new URL('./reader.ts', import.meta.url),
      { ...options, wake: port2 },
      { groupChanged, failed: () => this.#writer.terminate() },
    );
    this.#confirmEveryMs = options.leaseMs / 4;
  }

  ensureTopics(topics: TopicSpec[]): Promise<void> {
    return this.#writer.call('ensureTopics', topics);
  }

  async append(topic: string, messages: Message[]): Promise<Appended[]> {
    const packed = pack(messages);
    return this.#writer.ask('append', [topic, packed], [packed.values.buffer]).answer;
  }

  offsets(topic: string): Promise<PartitionOffsets[]> {
    return this.#reader.call('offsets', topic);
  }

  lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    return this.#reader.call('lag', group, topics);
  }

  openReader(): LogReader {
    return { fetch: (...asked) => this.fetch(...asked), close: async () => {} };
  }

  async fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]> {
    if (signal.aborted) return [];
    const { id, answer } = this.#reader.ask('fetch', [positions, max]);
    const cancel = () => this.#reader.tell('cancel', id);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const batch = await answer;
      return batch ? unpack(batch) : [];
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  sync(member: Member): Promise<Share> {
    return this.#writer.call('sync', member);
  }

  release(member: Member, leases: Lease[]): Promise<void> {
    return this.#writer.call('release', member, leases);
  }

  leave(member: Member): Promise<void> {
    return this.#writer.call('leave', member);
  }

  commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    return this.#writer.call('commit', member, lease, offset, metadata);
  }

  /** Also calls at intervals: that is how the writer hears that this thread is alive, and when the dead are swept out. */
  onGroupChange(group: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(group) ?? new Set();
    this.#listeners.set(group, listeners.add(listener));
    this.#reader.tell('watchGroup', group);
    const confirming = setInterval(listener, this.#confirmEveryMs);
    return () => {
      clearInterval(confirming);
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#listeners.delete(group);
      this.#reader.tell('unwatchGroup', group);
    };
  }

  async ping(): Promise<void> {
    await Promise.all([this.#writer.call('ping'), this.#reader.call('ping')]);
  }

  /** Also when a thread is dead: what is left ends. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#reader.call('close'), this.#reader.exited]);
    await Promise.allSettled([this.#writer.call('close'), this.#writer.exited]);
  }
}

function unpack(batch: PackedBatch): Received[] {
  const values = valuesOf(batch);
  return batch.offsets.map((offset, index) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset,
    timestamp: batch.timestamps[index] ?? 0,
    key: batch.keys[index] ?? null,
    value: values[index] ?? null,
    headers: readHeaders(batch.headers[index]),
  }));
}
