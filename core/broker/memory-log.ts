import type { Appended, Message, PartitionLag, PartitionOffsets, Received, TopicSpec } from './broker.ts';
import { partitionKey } from './log/assign.ts';
import { assignmentLost } from './log/holding.ts';
import type { Lease, LogReader, Member, MessageLog, Position, Share } from './log/message-log.ts';
import { MemoryGroup } from './memory-group.ts';
import { partitionOf } from './log/partitioner.ts';
import { partitionMismatch, unknownTopic } from './log/topic-errors.ts';

/** Everything in arrays, nothing on a timer: what happens follows from the calls alone. Keeps every message. */
export class MemoryLog implements MessageLog {
  readonly #topics = new Map<string, Received[][]>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #waiting = new Set<() => void>();
  #unkeyed = 0;

  async ensureTopics(topics: TopicSpec[]): Promise<void> {
    for (const { name, partitions } of topics) {
      const existing = this.#topics.get(name);
      if (existing && existing.length !== partitions) throw partitionMismatch(name, existing.length, partitions);
      if (!existing)
        this.#topics.set(
          name,
          Array.from({ length: partitions }, () => []),
        );
    }
  }

  async append(topic: string, messages: Message[]): Promise<Appended[]> {
    const partitions = this.#partitions(topic);
    const appended = messages.map(({ key, value, headers }) => {
      const partition = key === null ? this.#unkeyed++ % partitions.length : partitionOf(key, partitions.length);
      const stored = partitions[partition] ?? [];
      const offset = stored.length;
      const copy = { key, value: value && Uint8Array.from(value), headers: { ...headers } };
      stored.push({ ...copy, topic, partition, offset, timestamp: Date.now() });
      return { partition, offset };
    });
    for (const wake of this.#waiting) wake();
    return appended;
  }

  async offsets(topic: string): Promise<PartitionOffsets[]> {
    return this.#partitions(topic).map((stored, partition) => ({ partition, first: 0, next: stored.length }));
  }

  async lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    return topics.flatMap((topic) =>
      this.#partitions(topic).map((stored, partition) => {
        const committed = this.#group(group).commits.get(partitionKey(topic, partition))?.offset ?? null;
        const oldest = stored[committed ?? 0]?.timestamp ?? null;
        return { topic, partition, committed, next: stored.length, messages: stored.length - (committed ?? 0), oldest };
      }),
    );
  }

  openReader(): LogReader {
    return { fetch: (...asked) => this.fetch(...asked), close: async () => {} };
  }

  async fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]> {
    while (!signal.aborted) {
      for (const { topic, partition, offset } of positions) {
        const messages = this.#partitions(topic)[partition]?.slice(offset, offset + max) ?? [];
        if (messages.length > 0) return messages;
      }
      await this.#appendedOr(signal);
    }
    return [];
  }

  async sync(member: Member): Promise<Share> {
    const group = this.#group(member.group);
    const partitions = new Map(member.topics.map((topic) => [topic, this.#partitions(topic).length]));
    if (!group.join(member, partitions)) return { leases: [], surplus: [] };
    const surplus = group.surplusOf(member, partitions);
    const leases = [...partitions].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => this.#leaseOf(member, topic, partition)).filter(
        (lease) => lease !== null,
      ),
    );
    return { leases, surplus: leases.filter((lease) => surplus.has(partitionKey(lease.topic, lease.partition))) };
  }

  async release(member: Member, leases: Lease[]): Promise<void> {
    this.#group(member.group).release(member.id, leases);
  }

  async leave(member: Member): Promise<void> {
    this.#group(member.group).leave(member.id);
  }

  async commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    const group = this.#group(member.group);
    const key = partitionKey(lease.topic, lease.partition);
    if (!group.holdsNow(member.id, key, lease.epoch)) throw assignmentLost(lease.topic, lease.partition);
    group.commits.set(key, { offset, metadata });
  }

  onGroupChange(group: string, listener: () => void): () => void {
    const { listeners } = this.#group(group);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /**
   * As if the process of every member of this name had been killed and its session had run out: the others get its
   * partitions, it reads no more, and what it still commits is refused.
   */
  killMember(name: string): void {
    for (const group of this.#groups.values()) group.kill(name);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  #leaseOf(member: Member, topic: string, partition: number): Lease | null {
    const group = this.#group(member.group);
    const key = partitionKey(topic, partition);
    const hold = group.holds.get(key);
    if (hold?.member !== member.id) return null;
    const next = this.#partitions(topic)[partition]?.length ?? 0;
    return { topic, partition, epoch: hold.epoch, committed: group.commits.get(key) ?? null, first: 0, next };
  }

  #partitions(topic: string): Received[][] {
    const partitions = this.#topics.get(topic);
    if (!partitions) throw unknownTopic(topic);
    return partitions;
  }

  #group(name: string): MemoryGroup {
    const group = this.#groups.get(name) ?? new MemoryGroup();
    this.#groups.set(name, group);
    return group;
  }

  #appendedOr(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
