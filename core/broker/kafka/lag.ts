import type { PartitionLag } from '../broker.ts';
import { partitionKey } from '../log/assign.ts';
import type { Position } from '../log/message-log.ts';
import type { Cluster, Node } from './client.ts';
import { isUnreadable } from './errors.ts';
import { commitsOf, offsetsOf } from './starts.ts';

/** When messages were appended, by their offset. Asked once for each: who asks every second pays for what is new. */
export class Ages {
  readonly #cluster: Cluster;
  /** The last one asked for of each partition by each group. */
  readonly #known = new Map<string, { offset: number; timestamp: number }>();
  /** One question at a time: kafkajs would open a connection for each of the first ones, and close one. */
  #asking: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Milliseconds since the epoch, by partition; those where nothing is at or after the offset are missing. */
  async of(group: string, positions: Position[]): Promise<Map<string, number>> {
    const news = positions.filter((each) => this.#find(group, each) === undefined);
    if (news.length > 0) {
      const asked = this.#asking.then(() => this.#ask(group, news));
      this.#asking = asked.catch(() => {});
      await asked;
    }
    const found = positions.map((each) => [partitionKey(each.topic, each.partition), this.#find(group, each)] as const);
    return new Map(found.flatMap(([key, timestamp]) => (timestamp === undefined ? [] : [[key, timestamp]])));
  }

  #find(group: string, { topic, partition, offset }: Position): number | undefined {
    const known = this.#known.get(`${group}/${partitionKey(topic, partition)}`);
    return known?.offset === offset ? known.timestamp : undefined;
  }

  async #ask(group: string, positions: Position[]): Promise<void> {
    const leaderOf = ({ topic, partition }: Position) =>
      this.#cluster.findTopicPartitionMetadata(topic).find((each) => each.partitionId === partition)?.leader ?? -1;
    for (const [nodeId, led] of Map.groupBy(positions, leaderOf)) {
      const node = await this.#cluster.findBroker({ nodeId });
      for (const position of led) {
        const timestamp = await timestampAt(node, position).catch((error: unknown) => {
          // How far behind a group is has to be known most of all where it cannot read on.
          if (isUnreadable(error)) return null;
          throw error;
        });
        const key = `${group}/${partitionKey(position.topic, position.partition)}`;
        if (timestamp !== null) this.#known.set(key, { offset: position.offset, timestamp });
      }
    }
  }
}

/** What the group has yet to commit. One request to its coordinator, two to each leader, one for each new oldest message. */
export async function lagOf(
  cluster: Cluster,
  coordinator: Node,
  group: string,
  topics: Map<string, { partition: number }[]>,
  ages: Ages,
): Promise<PartitionLag[]> {
  const commits = await commitsOf(coordinator, group, topics);
  const offsets = await Promise.all(
    [...topics].map(async ([topic, partitions]) =>
      (await offsetsOf(cluster, topic, partitions)).map((each) => ({ topic, ...each })),
    ),
  );
  const starts = offsets.flat().map(({ topic, partition, first, next }) => {
    const committed = commits.get(partitionKey(topic, partition))?.offset ?? null;
    return { topic, partition, committed, next, offset: Math.min(Math.max(committed ?? first, first), next) };
  });
  const timestamps = await ages.of(
    group,
    starts.filter(({ offset, next }) => offset < next),
  );
  return starts.map(({ topic, partition, committed, next, offset }) => {
    const oldest = timestamps.get(partitionKey(topic, partition)) ?? null;
    return { topic, partition, committed, next, messages: next - offset, oldest };
  });
}

async function timestampAt(node: Node, { topic, partition, offset }: Position): Promise<number | null> {
  const { responses } = await node.fetch({
    maxWaitTime: 0,
    minBytes: 0,
    // The first batch comes whole, however few bytes are asked for; that of a second partition would not come.
    maxBytes: 1,
    isolationLevel: 0,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: 1 }] }],
  });
  const messages = responses.flatMap(({ partitions }) => partitions.flatMap((each) => each.messages));
  const message = messages.find((each) => Number(each.offset) >= offset);
  return message ? Number(message.timestamp) : null;
}
