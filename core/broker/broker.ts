/**
 * MessageBroker: publishes and consumes. Adapters: Kafka, the SQLite log, memory. `broker.contract.ts` runs the same
 * tests over each and cites these numbers.
 *
 *  1. `publish` resolves when every message is durably appended (survives power loss where the adapter says durable).
 *  2. Messages with the same key go to the same partition; null keys spread.
 *  3. A reader sees a partition's messages in the order they were appended, offsets rising.
 *  4. A group resumes at its commit; what is uncommitted comes again.
 *  5. Two members of a group never hold the same partition; every partition of a live group has a holder.
 *  6. A member that dies loses its partitions to the others within the session time-out; one that closes, at once.
 *  7. A commit through an assignment that was lost is refused with `assignment_lost` and changes nothing.
 *  8. Groups are independent of each other; a tail belongs to no group and sees everything.
 *  9. Key (also null), value (also null, also empty) and headers come back as they went in, byte for byte.
 * 10. A reader that does not read holds at most a bounded number of messages in memory.
 * 11. Commit metadata comes back with the assignment that resumes there.
 * 12. `close` is idempotent, ends every reader, and leaves the groups.
 * 13. A message appended by another process wakes a waiting reader within milliseconds.
 * 14. What a group has not yet committed is not removed by retention of a topic that is work (`retention: 'work'`).
 */
export interface MessageBroker extends AsyncDisposable {
  /** Makes the topics that do not exist. Partition counts of existing topics are left, and an error names a mismatch. */
  ensureTopics(topics: TopicSpec[]): Promise<void>;

  /** Offsets in the order of `messages`. All of one call become durable together or not at all, per partition. */
  publish(topic: string, messages: Message[]): Promise<Appended[]>;

  /** Joins the group and reads the partitions it is given. Ends when `signal` aborts: stops reading, leaves the group. */
  consume(options: ConsumeOptions): AsyncIterable<Batch>;

  /** Reads all partitions with no group. Starts at the end unless told; `ready` once positions are fixed. */
  tail(options: TailOptions): Tail;

  /** One past the last offset of each partition of the topic, and the first that is still there. */
  offsets(topic: string): Promise<PartitionOffsets[]>;

  /** What the group has yet to commit, by partition. `oldest` is the append time (ms) of the oldest uncommitted message. */
  lag(group: string, topics: string[]): Promise<PartitionLag[]>;

  /** Rejects with `broker_unavailable` when the broker does not answer. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

export interface TopicSpec {
  name: string;
  partitions: number;
  /** `work`: never removed before every group that ever committed there has passed it. A number: milliseconds. */
  retention: 'work' | number;
}

export interface Message {
  key: string | null;
  value: Uint8Array | null;
  headers: Record<string, string>;
}

export interface Received extends Message {
  topic: string;
  partition: number;
  offset: number;
  /** Milliseconds since the epoch, when it was appended. */
  timestamp: number;
}

export interface Appended {
  partition: number;
  offset: number;
}

export interface ConsumeOptions {
  topics: string[];
  group: string;
  /** Name of this member in logs. */
  member: string;
  /** Where a partition begins that the group never committed. */
  from: 'earliest' | 'latest';
  /** Most messages in one batch. */
  maxBatch: number;
  signal: AbortSignal;
  /** Told of each partition given to this member before its first batch, so that a reader can begin elsewhere. */
  onAssigned?: (assignment: Assignment) => Promise<void> | void;
}

/**
 * One partition, held by this member from one rebalance to its loss. A partition that comes back is a new Assignment: work
 * begun under the old one cannot commit through the new one.
 */
export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  /** Aborts when the partition is lost or the consumer ends. */
  readonly lost: AbortSignal;
  /** Where the group had committed when the partition was given; null where it never had. */
  readonly committed: { offset: number; metadata: string } | null;
  /**
   * All below `offset` is done. Durable enough that a crash of the process does not lose it. `metadata` at most 4,000
   * bytes. Rejects with `assignment_lost`.
   */
  commit(offset: number, metadata?: string): Promise<void>;
  /** No batches of this partition until `resume`. */
  pause(): void;
  resume(): void;
  /** The next batch begins at this offset. */
  seek(offset: number): void;
}

export interface Batch {
  readonly assignment: Assignment;
  /** Of one partition, never empty. */
  readonly messages: Received[];
}

export interface TailOptions {
  topics: string[];
  /** `latest`: what is appended from now on. Or the offset to begin at, by topic and partition; missing ones at latest. */
  from: 'latest' | Record<string, Record<number, number>>;
  maxBatch: number;
  signal: AbortSignal;
}

export interface Tail extends AsyncIterable<Received[]> {
  /** Resolves to where each partition begins, once nothing appended later can be missed. */
  readonly ready: Promise<Record<string, Record<number, number>>>;
}

export interface PartitionOffsets {
  partition: number;
  first: number;
  next: number;
}

export interface PartitionLag {
  topic: string;
  partition: number;
  committed: number | null;
  next: number;
  messages: number;
  oldest: number | null;
}
