import { sql, type RawBuilder } from 'kysely';
import { taskStatuses, type TaskStatus } from '#core/domain/task.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Reader } from './database.ts';
import type { TaskRow } from './schema.ts';
import { searchNeedle } from './search.ts';
import { sequenceRange } from './sequence.ts';
import { chooseSource, floorOf, type Criteria } from './task-source.ts';

/** Each narrows the list; `since` and `until` are times of creation, both included. */
export interface TaskFilter {
  user_id?: string;
  status?: TaskStatus[];
  format?: string;
  /** Part of the filename; one or two letters are looked for at its start. */
  q?: string;
  batch?: string;
  worker?: string;
  since?: string;
  until?: string;
}

/** `lookAt`: most rows looked at for the page, 4,000 unless told. */
export interface PageRequest {
  cursor?: string;
  limit: number;
  lookAt?: number;
}

/**
 * A page of tasks, newest first. Takes some milliseconds whatever the filter and however many tasks there are: where a
 * filter would have to look at too many, the page holds what was found among the first of them (it may be short, even
 * empty) and `next_cursor` goes on from there. Only `next_cursor: null` says that there are no more. Throws
 * `invalid_cursor`.
 */
export async function listTasks(
  db: Reader,
  filter: TaskFilter,
  { cursor, limit, lookAt = 4_000 }: PageRequest,
): Promise<{ items: TaskRow[]; next_cursor: string | null }> {
  const bounds = { take: limit + 1, lookAt };
  const criteria = criteriaOf(filter, cursor);
  const source = await chooseSource(db, criteria, bounds);
  const floor = await floorOf(db, source, criteria);
  const { rows } = await sql<TaskRow>`
    SELECT tasks.* FROM ${source.rows}
    WHERE ${source.only} AND ${source.seq} BETWEEN ${floor ?? criteria.first} AND ${criteria.last}
      AND ${sql.join(conditionsOf(criteria), sql` AND `)}
    ORDER BY ${source.seq} DESC LIMIT ${bounds.take}`.execute(db);

  const items = rows.slice(0, limit);
  const end = rows.length > limit ? (items.at(-1)?.seq ?? null) : floor;
  return { items, next_cursor: end === null ? null : writeCursor(end) };
}

function criteriaOf(filter: TaskFilter, cursor: string | undefined): Criteria {
  const { first, last } = sequenceRange(filter.since, filter.until);
  const asked = filter.status ?? [];
  return {
    user: filter.user_id ?? null,
    statuses: asked.length > 0 ? taskStatuses.filter((status) => asked.includes(status)) : null,
    format: filter.format ?? null,
    batch: filter.batch ?? null,
    worker: filter.worker ?? null,
    needle: searchNeedle(filter.q ?? ''),
    first,
    last: cursor === undefined ? last : Math.min(last, readCursor(cursor) - 1),
  };
}

function conditionsOf({ user, statuses, format, batch, worker, needle }: Criteria): RawBuilder<unknown>[] {
  const conditions = [sql`TRUE`];
  if (user !== null) conditions.push(sql`tasks.user_id = ${user}`);
  if (statuses !== null) conditions.push(sql`tasks.status IN (${sql.join(statuses)})`);
  if (format !== null) conditions.push(sql`tasks.format = ${format}`);
  if (batch !== null) conditions.push(sql`tasks.batch = ${batch}`);
  if (worker !== null) conditions.push(sql`tasks.worker = ${worker}`);
  if (needle !== null) conditions.push(sql`instr(tasks.search_name, ${needle}) > 0`);
  return conditions;
}
