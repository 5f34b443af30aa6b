import type { Topics } from '#core/broker/topics.ts';
import type { Delivery } from '#core/consumer/consumer.ts';
import type { Database, Writer } from '#core/database/database.ts';
import { advanceOffset } from '#core/database/offsets.ts';
import { outboxInserts } from '#core/database/outbox.ts';
import { runTogether } from '#core/database/statements.ts';
import { countInto } from '#core/database/tally.ts';
import { taskUpserts, tasksById } from '#core/database/task-states.ts';
import { timelineInserts } from '#core/database/timeline.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { Fold } from './fold.ts';

/** Folds batches of updates into the database, each in one transaction with the offset that says so. */
export class Projector {
  readonly #database: Database;
  readonly #topics: Topics;
  readonly #group: string;
  /** The next offset of each partition, as this process last knew it; null where none was ever folded. */
  readonly #reached = new Map<number, number | null>();

  constructor(database: Database, topics: Topics, group: string) {
    this.#database = database;
    this.#topics = topics;
    this.#group = group;
  }

  /** Takes up a partition where the database says it was left; resolves to where to begin. */
  begin(partition: number, reached: number | null): number {
    this.#reached.set(partition, reached);
    return reached ?? 0;
  }

  /**
   * Resolves once the updates are folded for good, each once: what is below the offset reached was folded before. Throws
   * `assignment_lost`, with nothing changed, where another process has moved that offset.
   */
  async fold(deliveries: Delivery<TaskUpdate>[]): Promise<void> {
    const [first] = deliveries;
    if (!first) return;
    const { topic, partition } = first.message;
    const reached = this.#reached.get(partition) ?? null;
    const news = deliveries.filter(({ message }) => message.offset >= (reached ?? 0));
    const last = news.at(-1);
    if (!last) return;
    const next = last.message.offset + 1;
    await this.#database.write(async (trx) => {
      await advanceOffset(trx, topic, partition, reached, next);
      await this.#foldInto(trx, news);
    });
    this.#reached.set(partition, next);
  }

  async #foldInto(trx: Writer, deliveries: Delivery<TaskUpdate>[]): Promise<void> {
    const tasks = await tasksById(trx, [...new Set(deliveries.map(({ value }) => value.task_id))]);
    const fold = new Fold(this.#topics, this.#group, tasks);
    for (const delivery of deliveries) fold.add(delivery);
    await runTogether(trx, [
      ...taskUpserts(trx, fold.changed()),
      ...timelineInserts(trx, fold.story),
      ...fold.counts.upserts(trx),
      ...outboxInserts(trx, fold.messages),
    ]);
    await countInto(trx, fold.tally);
  }
}
