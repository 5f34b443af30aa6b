import { fromMessage } from '#core/broker/messages.ts';
import { startConsumer, inOrder, type Consumer } from '#core/consumer/consumer.ts';
import { consumerGroups } from '#core/consumer/groups.ts';
import { consumerName } from '#core/consumer/names.ts';
import { pruneBuckets } from '#core/database/buckets.ts';
import { probeWrites } from '#core/database/leases.ts';
import { projectedOffsets } from '#core/database/offsets.ts';
import { TaskUpdate } from '#core/domain/events.ts';
import type { Services } from '#core/services.ts';
import { Projector } from './projector.ts';

const batchSize = 200;
/** Partitions side by side: what is ready at the same time shares one durable commit. */
const concurrency = 4;
const pruneEveryMs = 3_600_000;

/**
 * Starts the consumer that folds `task-updates` into the database: each update exactly once, since the offset reached is
 * kept in the transaction that folds, and reading begins there, whatever the group has committed.
 */
export function startProjection(
  services: Pick<Services, 'config' | 'log' | 'database' | 'broker' | 'topics'>,
): Consumer {
  const { config, log, database, broker, topics } = services;
  const { group, topics: read } = consumerGroups(config).project;
  const projector = new Projector(database, topics, group);
  const consumer = startConsumer<TaskUpdate>({
    ...inOrder,
    broker,
    log,
    name: consumerName(group),
    group,
    topics: read,
    concurrency,
    batchSize,
    unpack: (message) => fromMessage(TaskUpdate, message),
    handle: (deliveries) => projector.fold(deliveries),
    startAt: async (topic, partition) => {
      const reached = await database.read((trx) => projectedOffsets(trx, topic));
      return projector.begin(partition, reached[partition] ?? null);
    },
    onFailure: 'stop',
    retry: { attempts: 5, minDelayMs: 100, maxDelayMs: 5_000 },
    recovered: () => probeWrites(database, group),
  });
  const pruning = setInterval(() => void prune(), pruneEveryMs).unref();
  const stopPruning = () => clearInterval(pruning);
  consumer.ended.then(stopPruning, stopPruning);
  void prune();
  return consumer;

  /** Whoever fills the buckets empties them. */
  async function prune(): Promise<void> {
    try {
      await database.write((trx) => pruneBuckets(trx, new Date()));
    } catch (error) {
      log.warn({ err: error }, 'time buckets could not be pruned');
    }
  }
}
