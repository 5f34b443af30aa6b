import type { Topics } from '#core/broker/topics.ts';
import { inOrder, startConsumer, type Consumer } from '#core/consumer/consumer.ts';
import { consumerGroups, deadLetterSources } from '#core/consumer/groups.ts';
import { consumerName } from '#core/consumer/names.ts';
import type { Writer } from '#core/database/database.ts';
import { keepDeadLetter } from '#core/database/dead-letters.ts';
import { probeWrites } from '#core/database/leases.ts';
import { addToOutbox } from '#core/database/outbox.ts';
import { findTask } from '#core/database/tasks.ts';
import type { Services } from '#core/services.ts';
import { toLetter, type Letter } from './dead-letter-row.ts';
import { failureOf } from './dead-task.ts';

/** In one transaction; a message may be a megabyte. */
const batchSize = 20;

/**
 * Starts the consumer that turns the dead-letter topics into rows, each message once, and fails the tasks whose messages
 * are dead, in the same transaction. Whatever a record holds becomes a row: dead letters have no dead letters.
 */
export function startDeadLetters(
  services: Pick<Services, 'config' | 'log' | 'database' | 'broker' | 'topics'>,
): Consumer {
  const { config, log, database, broker, topics } = services;
  const { group, topics: read } = consumerGroups(config)['dead-letters'];
  const sources = deadLetterSources(config);
  return startConsumer<Letter>({
    ...inOrder,
    broker,
    log,
    name: consumerName(group),
    group,
    topics: read,
    concurrency: 1,
    batchSize,
    unpack: (message) => {
      const topic = sources.get(message.topic) ?? message.topic;
      return toLetter(message, { topic, isWork: topic === topics.processing });
    },
    handle: (deliveries) =>
      database.write(async (trx) => {
        for (const { value } of deliveries) await keep(trx, topics, value);
      }),
    deadLetterTopic: null,
    onFailure: 'stop',
    retry: { attempts: 5, minDelayMs: 100, maxDelayMs: 5_000 },
    recovered: () => probeWrites(database, group),
  });
}

async function keep(trx: Writer, topics: Topics, letter: Letter): Promise<void> {
  if (!(await keepDeadLetter(trx, letter.row))) return;
  const { task_id } = letter.row;
  const task = task_id ? await findTask(trx, task_id) : undefined;
  const failure = task && failureOf(task, letter, topics);
  if (failure) await addToOutbox(trx, [failure]);
}
