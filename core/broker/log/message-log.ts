import type { Appended, Message, PartitionLag, PartitionOffsets, Received, TopicSpec } from '../broker.ts';

/**
 * What each adapter brings: partitions, and who of a group holds which. The readers in `group-reader.ts` and `tail.ts` are
 * the same over memory, SQLite and Kafka.
 */
export interface MessageLog {
  ensureTopics(topics: TopicSpec[]): Promise<void>;
  append(topic: string, messages: Message[]): Promise<Appended[]>;
  offsets(topic: string): Promise<PartitionOffsets[]>;
  lag(group: string, topics: string[]): Promise<PartitionLag[]>;

  /** Each reader reads by one of its own. */
  openReader(): LogReader;

  /**
   * Joins the group or confirms the membership, takes free partitions of the member's share, and says what it holds. What
   * is beyond its share stays its own until it is released, so that no partition has two holders. Where it has to wait it
   * ends, with nothing, once `signal` aborts.
   */
  sync(member: Member, signal: AbortSignal): Promise<Share>;
  release(member: Member, leases: Lease[]): Promise<void>;
  leave(member: Member): Promise<void>;
  /** Rejects with `assignment_lost` unless the member still holds exactly this lease. */
  commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void>;
  /** Called whenever `sync` may say something new. Returns the function that stops it. */
  onGroupChange(group: string, listener: () => void): () => void;

  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface LogReader {
  /**
   * At most `max` messages of one partition, at or after its position; the first position that has some is served. Waits
   * until one has; empty once `signal` aborts. Rejects with `broker_unavailable`.
   */
  fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]>;
  /** Lets go of what was read ahead. Never rejects. */
  close(): Promise<void>;
}

export interface Position {
  topic: string;
  partition: number;
  offset: number;
}

export interface Member {
  /** Unique among all members that ever were. */
  id: string;
  name: string;
  group: string;
  topics: string[];
}

/** A partition given to a member. `epoch` is unique: the same partition given again is another lease. */
export interface Lease {
  topic: string;
  partition: number;
  epoch: number;
  committed: { offset: number; metadata: string } | null;
  first: number;
  next: number;
}

export interface Share {
  /** All the member holds, `surplus` included. */
  leases: Lease[];
  /** What others wait for. */
  surplus: Lease[];
}
