/**
 * What the adapter uses of kafkajs, which only `kafka.ts` imports. kafkajs speaks the protocol: connections, TLS, SASL,
 * metadata, encoding, the idempotent producer. Membership in a group and reading are ours (docs/decisions/0016).
 */
export interface KafkaClient {
  /**
   * Connections of their own. Kafka answers the requests of a connection one after the other, so one that may wait (a
   * fetch, a join) must not share its connection with one that may not.
   */
  cluster(): Cluster;
  producer(): Producer;
  admin(): Admin;
  membership: MembershipCodec;
}

export interface Cluster {
  connect(): Promise<void>;
  /** At once: what is under way is rejected, and what is asked later too. */
  close(): void;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  /** Those it learns of. */
  readonly targetTopics: Set<string>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(node: { nodeId: number }): Promise<Node>;
  findGroupCoordinator(group: { groupId: string }): Promise<Node>;
  /** Gives up the connections to that broker; what is asked of it next makes a new one. */
  removeBroker(address: { host: string; port: number }): void;
  fetchTopicsOffset(
    topics: ({ topic: string; partitions: { partition: number }[] } & (
      | { fromBeginning: boolean }
      | { fromTimestamp: number }
    ))[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

interface Membership {
  groupId: string;
  memberId: string;
}

/** A broker of the cluster. Each method is one request. */
export interface Node {
  metadata(topics: string[]): Promise<unknown>;
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
  joinGroup(
    request: Membership & {
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: { name: string; metadata: Buffer }[];
    },
  ): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(
    request: Membership & {
      generationId: number;
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    },
  ): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: Membership & { groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: Membership): Promise<unknown>;
  offsetCommit(
    request: Membership & {
      groupGenerationId: number;
      topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[];
    },
  ): Promise<unknown>;
  offsetFetch(request: { groupId: string; topics: { topic: string; partitions: { partition: number }[] }[] }): Promise<{
    responses: { topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[];
  }>;
}

export interface FetchedPartition {
  partition: number;
  abortedTransactions: AbortedTransaction[] | null;
  messages: RawMessage[];
}

export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

export interface RawMessage {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[] | null>;
  /** Written by Kafka itself, to end a transaction. */
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
}

/** Messages of one partition of one topic, in the order in which they are to be appended. */
export interface TopicMessages {
  topic: string;
  messages: { key: string | null; value: Buffer | null; headers: Record<string, string>; partition: number }[];
}

export interface Producer {
  connect(): Promise<void>;
  /** Once all is answered, or nobody answers any more. */
  disconnect(): Promise<void>;
  /** At once: what is under way is rejected. */
  close(): void;
  /** Where the first message of each partition came to stand. */
  send(
    topics: TopicMessages[],
    compressed: boolean,
  ): Promise<{ topicName: string; partition: number; baseOffset?: string | undefined }[]>;
}

export interface Admin {
  connect(): Promise<void>;
  /** At once: what is under way is rejected. */
  close(): void;
  createTopics(topics: NewTopic[]): Promise<void>;
  /** Every group, with what its present members say of themselves. */
  listGroups(): Promise<{ groupId: string; members: Buffer[] }[]>;
  deleteTopicRecords(topic: string, partitions: { partition: number; offset: string }[]): Promise<void>;
}

export interface NewTopic {
  topic: string;
  numPartitions: number;
  configEntries: { name: string; value: string }[];
}

/** Kafka's own form of what members of a group tell each other, so that its tools can read it too. */
export interface MembershipCodec {
  encodeMetadata(topics: string[], userData: Buffer): Buffer;
  decodeMetadata(metadata: Buffer): { topics: string[]; userData: Buffer };
  encodeAssignment(assignment: Record<string, number[]>, userData: Buffer): Buffer;
  /** Null where the member was given nothing. */
  decodeAssignment(assignment: Buffer): { assignment: Record<string, number[]>; userData: Buffer } | null;
}
