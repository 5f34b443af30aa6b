import type { Log } from '#core/telemetry/log.ts';
import type { TopicSpec } from '../broker.ts';
import { partitionKey } from '../embedded/assign.ts';
import type { Admin, Cluster } from './client.ts';
import { commitsOf, offsetsOf } from './starts.ts';

export interface RetentionOptions {
  everyMs: number;
  /** How long work stays after it is done. */
  workKeptMs: number;
}

export interface Trimmed {
  cluster: Cluster;
  admin: Admin;
  specs: TopicSpec[];
}

/**
 * Removes what may go: of work what every group that ever committed there has passed and what is older than it is kept;
 * of the other topics what is older than they say, since Kafka itself removes whole segments only. Any process may do it.
 */
export async function trim({ cluster, admin, specs }: Trimmed, { workKeptMs }: RetentionOptions): Promise<void> {
  const now = Date.now();
  const groups = await admin.listGroups();
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

/** The lowest commit of each partition; none where no group ever committed. */
async function passedBy(
  cluster: Cluster,
  groups: string[],
  topic: string,
  partitions: { partition: number }[],
): Promise<Map<string, number>> {
  const lowest = new Map<string, number>();
  for (const groupId of groups) {
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    for (const [key, { offset }] of await commitsOf(coordinator, groupId, new Map([[topic, partitions]]))) {
      lowest.set(key, Math.min(lowest.get(key) ?? Infinity, offset));
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
