import type { Log } from '#core/telemetry/log.ts';
import type { TopicSpec } from '../broker.ts';
import { partitionKey } from '../log/assign.ts';
import type { Admin, Cluster, MembershipCodec } from './client.ts';
import { commitsOf, offsetsOf } from './starts.ts';

export interface RetentionOptions {
  everyMs: number;
  /** How long work stays after it is done. */
  workKeptMs: number;
}

export interface Trimmed {
  cluster: Cluster;
  codec: MembershipCodec;
  admin: Admin;
  specs: TopicSpec[];
}

/**
 * Removes what may go: of work what every group has passed that reads there or ever committed, once it is older than it is
 * kept; of the other topics what is older than they say, since Kafka itself removes whole segments only. Any process may do it.
 */
export async function trim({ cluster, admin, codec, specs }: Trimmed, { workKeptMs }: RetentionOptions): Promise<void> {
  const now = Date.now();
  // Who reads is asked before what is committed: a group that is not yet among them finds what is there when it comes.
  const listed = await admin.listGroups();
  const groups = listed.map(({ groupId, members }) => ({
    groupId,
    reads: new Set(members.flatMap((metadata) => codec.decodeMetadata(metadata).topics)),
  }));
  for (const { name: topic, partitions: count, retention } of specs) {
    const partitions = Array.from({ length: count }, (_, partition) => ({ partition }));
    const fromTimestamp = now - (retention === 'work' ? workKeptMs : retention);
    const [kept] = await cluster.fetchTopicsOffset([{ topic, partitions, fromTimestamp }]);
    const young = new Map(kept?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const done = retention === 'work' ? await passedBy(cluster, groups, topic, partitions) : null;
    const offsets = await offsetsOf(cluster, topic, partitions);
    const removable = offsets.flatMap(({ partition, first, next }) => {
      const oldest = young.get(partition) ?? -1;
      const before = Math.min(
        oldest < 0 ? next : oldest,
        done ? (done.get(partitionKey(topic, partition)) ?? 0) : next,
      );
      return before > first ? [{ partition, offset: String(before) }] : [];
    });
    if (removable.length > 0) await admin.deleteTopicRecords(topic, removable);
  }
}

/** The lowest commit of each partition: 0 where a group of the topic has not yet committed, none where there is no group. */
async function passedBy(
  cluster: Cluster,
  groups: { groupId: string; reads: Set<string> }[],
  topic: string,
  partitions: { partition: number }[],
): Promise<Map<string, number>> {
  const lowest = new Map<string, number>();
  for (const { groupId, reads } of groups) {
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    const commits = await commitsOf(coordinator, groupId, new Map([[topic, partitions]]));
    if (commits.size === 0 && !reads.has(topic)) continue;
    for (const { partition } of partitions) {
      const key = partitionKey(topic, partition);
      lowest.set(key, Math.min(lowest.get(key) ?? Infinity, commits.get(key)?.offset ?? 0));
    }
  }
  return lowest;
}

/** Trims every so often until stopped. A round that fails is the next one's. */
export function startTrimming(round: () => Promise<void>, everyMs: number, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = round().catch((error: unknown) => log.warn({ err: error }, 'topics could not be trimmed'));
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}
