import { DarkroomError } from '#core/errors.ts';
import type { Reader, Writer } from './database.ts';

/** The next offset to fold of each partition: what a snapshot taken in the same transaction contains is below it. */
export async function projectedOffsets(db: Reader, topic: string): Promise<Record<number, number>> {
  const rows = await db.selectFrom('projection_offsets').selectAll().where('topic', '=', topic).execute();
  return Object.fromEntries(rows.map(({ partition, next_offset }) => [partition, next_offset]));
}

/**
 * Moves a partition's offset, only from the value expected; null where the partition was never folded. Throws
 * `assignment_lost` where somebody else has moved it: nothing of that transaction may stay.
 */
export async function advanceOffset(
  trx: Writer,
  topic: string,
  partition: number,
  from: number | null,
  to: number,
): Promise<void> {
  const moved = from === null ? await begin(trx, topic, partition, to) : await move(trx, topic, partition, from, to);
  if (!moved) {
    throw new DarkroomError(
      'assignment_lost',
      `Somebody else has folded ${topic}/${partition} beyond ${from ?? 'its start'}.`,
    );
  }
}

async function begin(trx: Writer, topic: string, partition: number, to: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('projection_offsets')
    .values({ topic, partition, next_offset: to })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

async function move(trx: Writer, topic: string, partition: number, from: number, to: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('projection_offsets')
    .set({ next_offset: to })
    .where('topic', '=', topic)
    .where('partition', '=', partition)
    .where('next_offset', '=', from)
    .where('next_offset', '<=', to)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
