import type { PartitionLag } from '../broker.ts';
import { partitionKey } from '../embedded/assign.ts';
import type { Cluster, Node } from './client.ts';
import { commitsOf, offsetsOf } from './starts.ts';

/** When the message at an offset was appended, by partition: asked once for each offset. */
export class Ages {
  readonly #known = new Map<string, { offset: number; timestamp: number | null }>();

  async of(cluster: Cluster, topic: string, partition: number, offset: number, reader: string): Promise<number | null> {
    const key = `${reader}:${partitionKey(topic, partition)}`;
    const known = this.#known.get(key);
    if (known?.offset === offset) return known.timestamp;
    const timestamp = await timestampAt(cluster, topic, partition, offset);
    this.#known.set(key, { offset, timestamp });
    return timestamp;
  }
}

/** What the group has yet to commit. One request to its coordinator, two to each leader, and one for a new oldest message. */
export async function lagOf(
  cluster: Cluster,
  coordinator: Node,
  group: string,
  topics: Map<string, { partition: number }[]>,
  ages: Ages,
): Promise<PartitionLag[]> {
  const commits = await commitsOf(coordinator, group, topics);
  const lags = [...topics].map(async ([topic, partitions]) => {
    const offsets = await offsetsOf(cluster, topic, partitions);
    return Promise.all(
      offsets.map(async ({ partition, first, next }) => {
        const committed = commits.get(partitionKey(topic, partition))?.offset ?? null;
        const start = Math.min(Math.max(committed ?? first, first), next);
        const oldest = start < next ? await ages.of(cluster, topic, partition, start, group) : null;
        return { topic, partition, committed, next, messages: next - start, oldest };
      }),
    );
  });
  return (await Promise.all(lags)).flat();
}

/** Milliseconds since the epoch; null where the log has nothing at or after the offset. */
async function timestampAt(cluster: Cluster, topic: string, partition: number, offset: number): Promise<number | null> {
  const leader = cluster.findTopicPartitionMetadata(topic).find((each) => each.partitionId === partition)?.leader ?? -1;
  const node = await cluster.findBroker({ nodeId: leader });
  const { responses } = await node.fetch({
    maxWaitTime: 0,
    minBytes: 0,
    // The first batch comes whole, however few bytes are asked for.
    maxBytes: 1,
    isolationLevel: 0,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: 1 }] }],
  });
  const messages = responses.flatMap(({ partitions }) => partitions.flatMap((each) => each.messages));
  const message = messages.find((each) => Number(each.offset) >= offset);
  return message ? Number(message.timestamp) : null;
}
