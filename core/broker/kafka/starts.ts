import { DarkroomError } from '#core/errors.ts';
import { partitionKey } from '../log/assign.ts';
import type { PartitionOffsets } from '../broker.ts';
import type { Lease } from '../log/message-log.ts';
import type { Cluster, Node } from './client.ts';
import type { Partition } from './assignment.ts';
import { partitionsOf } from './topics.ts';

/**
 * Knows the partitions of every topic that a group reads. Of its `own` all are there, or it throws; what others read may be
 * gone, and then nobody gets anything of it.
 */
export async function learnTopics(cluster: Cluster, own: string[], all: string[]): Promise<void> {
  await cluster.refreshMetadata();
  for (const topic of all) {
    const known = await partitionsOf(cluster, topic);
    if (known.length > 0 || !own.includes(topic)) continue;
    throw new DarkroomError('broker_unavailable', `Kafka does not yet know ${topic}.`);
  }
}

/** Where a group begins with each partition. Where the log lost what was committed beyond its end, it begins at the end. */
export async function startsOf(
  cluster: Cluster,
  coordinator: Node,
  groupId: string,
  partitions: Partition[],
): Promise<Omit<Lease, 'epoch'>[]> {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  const [commits, ...offsets] = await Promise.all([
    commitsOf(coordinator, groupId, topics),
    ...[...topics].map(async ([topic, each]) => {
      const known = await offsetsOf(cluster, topic, each);
      return known.map((one) => ({ topic, ...one }));
    }),
  ]);
  return offsets.flat().map(({ topic, partition, first, next }) => {
    const commit = commits.get(partitionKey(topic, partition)) ?? null;
    const committed = commit && commit.offset > next ? { offset: next, metadata: '' } : commit;
    return { topic, partition, first, next, committed };
  });
}

/** What the group committed, by partition; those where it never did are missing. */
export async function commitsOf(
  coordinator: Node,
  groupId: string,
  partitions: Map<string, { partition: number }[]>,
): Promise<Map<string, { offset: number; metadata: string }>> {
  const topics = [...partitions].map(([topic, each]) => ({
    topic,
    partitions: each.map(({ partition }) => ({ partition })),
  }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics });
  return new Map(
    responses.flatMap(({ topic, partitions: answered }) =>
      answered
        .filter(({ offset }) => Number(offset) >= 0)
        .map(({ partition, offset, metadata }) => [
          partitionKey(topic, partition),
          { offset: Number(offset), metadata: metadata ?? '' },
        ]),
    ),
  );
}

/** The first offset of each partition and one past its last, in the order of the partitions. */
export async function offsetsOf(
  cluster: Cluster,
  topic: string,
  partitions: { partition: number }[],
): Promise<PartitionOffsets[]> {
  const ask = async (fromBeginning: boolean) => {
    const asked = partitions.map(({ partition }) => ({ partition }));
    const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }]);
    return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  // One after the other: the end is at or behind the beginning then, whatever is appended or removed meanwhile.
  const first = await ask(true);
  const next = await ask(false);
  return partitions
    .map(({ partition }) => ({ partition, first: first.get(partition) ?? 0, next: next.get(partition) ?? 0 }))
    .toSorted((a, b) => a.partition - b.partition);
}
