import { sql, type Insertable, type Selectable } from 'kysely';
import type { DeadLetterStatus } from '#core/domain/api.ts';
import { DarkroomError } from '#core/errors.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Reader, Writer } from './database.ts';
import type { DeadLetterRow } from './schema.ts';

export type NewDeadLetter = Omit<Insertable<DeadLetterRow>, 'seq' | 'status' | 'acted_by' | 'acted_at'>;

/** A dead letter without its headers, with the beginning of its key and value. */
export type DeadLetterPreview = Omit<Selectable<DeadLetterRow>, 'headers'> & {
  /** Bytes of the whole value. */
  bytes: number;
  /** Characters of the whole key. */
  key_length: number;
};

/** Of one dead letter a list shows so much. */
export const previewed = { bytes: 16_384, keyCharacters: 1_000 };

/** Keeps a dead letter. False, with nothing changed, where it is kept already: the same record, or the same message. */
export async function keepDeadLetter(trx: Writer, letter: NewDeadLetter): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('dead_letters')
    .values({ ...letter, status: 'open', acted_by: null, acted_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** All of a dead letter. Throws `not_found`. */
export async function readDeadLetter(db: Reader, id: string): Promise<Selectable<DeadLetterRow>> {
  const letter = await db.selectFrom('dead_letters').selectAll().where('id', '=', id).executeTakeFirst();
  if (letter) return letter;
  throw new DarkroomError('not_found', 'There is no such dead letter.');
}

/** A page of dead letters, newest first. Throws `invalid_cursor`. */
export async function listDeadLetters(
  db: Reader,
  filter: { topic?: string; status?: DeadLetterStatus[]; reason?: string },
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<{ items: DeadLetterPreview[]; next_cursor: string | null }> {
  let query = db
    .selectFrom('dead_letters')
    .select(['seq', 'id', 'topic', 'partition', 'offset', 'group_name', 'dlq_partition', 'dlq_offset'])
    .select(['reason', 'error', 'attempts', 'redrives', 'task_id', 'user_id', 'at', 'status', 'acted_by', 'acted_at'])
    .select([
      sql<string | null>`substr(key, 1, ${previewed.keyCharacters})`.as('key'),
      sql<number>`coalesce(length(key), 0)`.as('key_length'),
      sql<Uint8Array | null>`substr(value, 1, ${previewed.bytes})`.as('value'),
      sql<number>`coalesce(length(value), 0)`.as('bytes'),
    ])
    .orderBy('seq', 'desc')
    .limit(limit + 1);
  if (filter.topic !== undefined) query = query.where('topic', '=', filter.topic);
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason);
  if (filter.status && filter.status.length > 0) query = query.where('status', 'in', filter.status);
  if (cursor !== undefined) query = query.where('seq', '<', readCursor(cursor));
  const rows = await query.execute();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last ? writeCursor(last.seq) : null };
}

/** Says what became of an open dead letter, and by whom. False where it is no longer open: of many who ask, one does it. */
export async function closeDeadLetter(
  trx: Writer,
  { id, status, by, at }: { id: string; status: Exclude<DeadLetterStatus, 'open'>; by: string; at: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('dead_letters')
    .set({ status, acted_by: by, acted_at: at })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
