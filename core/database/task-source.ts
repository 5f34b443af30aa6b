import { sql, type RawBuilder } from 'kysely';
import { imageFormats } from '#core/domain/image.ts';
import { taskStatuses, type TaskStatus } from '#core/domain/task.ts';
import type { Reader } from './database.ts';
import { searchPhrase } from './search.ts';

/** What a list has to fulfil; null where it does not matter. `first` and `last` bound `seq`. */
export interface Criteria {
  user: string | null;
  statuses: TaskStatus[] | null;
  format: string | null;
  batch: string | null;
  worker: string | null;
  needle: string | null;
  first: number;
  last: number;
}

/** Where the rows of a list come from: something that yields tasks newest first without sorting. */
export interface Source {
  rows: RawBuilder<unknown>;
  /** The part of `rows` that alone has the numbers. */
  numbers: RawBuilder<unknown>;
  seq: RawBuilder<unknown>;
  only: RawBuilder<unknown>;
  /** Of how many at most one page may be chosen; null where there are not too many, or none that is not asked for. */
  mostChosenFrom: number | null;
}

/** How many tasks a page takes at most, and how many rows may be looked at for it. */
export interface Bounds {
  take: number;
  lookAt: number;
}

/** So many entries of an index cost as much as one row. */
const entriesPerRow = 10;

/** The source that yields the fewest tasks besides those asked for. */
export async function chooseSource(db: Reader, criteria: Criteria, { take, lookAt }: Bounds): Promise<Source> {
  const { user, statuses, format, batch, worker, needle } = criteria;
  const chosenFrom = needle === null ? lookAt * entriesPerRow : lookAt;
  if (needle !== null || worker !== null || batch !== null) {
    if (statuses !== null && (await count(db, criteria)) <= lookAt) return byState(criteria, lookAt);
    if (user !== null && (await count(db, { user, statuses: null })) <= lookAt) return byUser(user);
  }
  if (batch !== null) return byIndex('tasks_by_batch', sql`tasks.batch = ${batch}`, chosenFrom);
  if (needle !== null) return bySearch(needle, criteria, chosenFrom);
  if (worker !== null) return byIndex('tasks_by_worker', sql`tasks.worker = ${worker}`, chosenFrom);
  if (statuses !== null || format !== null) return byState(criteria, take);
  if (user !== null) return byUser(user);
  return {
    rows: sql`tasks NOT INDEXED`,
    numbers: sql`tasks`,
    seq: sql`tasks.seq`,
    only: sql`TRUE`,
    mostChosenFrom: null,
  };
}

/** The `seq` down to which a page may look; null where it may look at all there is. */
export async function floorOf(db: Reader, source: Source, { first, last }: Criteria): Promise<number | null> {
  if (source.mostChosenFrom === null) return null;
  const { rows } = await sql<{ seq: number }>`
    SELECT ${source.seq} AS seq FROM ${source.numbers}
    WHERE ${source.only} AND ${source.seq} BETWEEN ${first} AND ${last}
    ORDER BY ${source.seq} DESC LIMIT 1 OFFSET ${source.mostChosenFrom}`.execute(db);
  return rows[0]?.seq ?? null;
}

async function count(db: Reader, { user, statuses }: Pick<Criteria, 'user' | 'statuses'>): Promise<number> {
  let query = db.selectFrom('task_counts').select((row) => row.fn.sum<number | null>('n').as('n'));
  if (user !== null) query = query.where('user_id', '=', user);
  if (statuses !== null) query = query.where('status', 'in', statuses);
  const { n } = await query.executeTakeFirstOrThrow();
  return n ?? 0;
}

function byUser(user: string): Source {
  return byIndex('tasks_by_user', sql`tasks.user_id = ${user}`, null);
}

function byIndex(index: string, only: RawBuilder<unknown>, mostChosenFrom: number | null): Source {
  const rows = sql`tasks INDEXED BY ${sql.ref(index)}`;
  return { rows, numbers: rows, seq: sql`tasks.seq`, only, mostChosenFrom };
}

/** Bounded by a limit from within: the search index goes on to its end however far down it is told to look. */
function bySearch(needle: string, { first, last }: Criteria, mostChosenFrom: number): Source {
  const found = sql`(
    SELECT rowid AS seq FROM task_search
    WHERE task_search MATCH ${searchPhrase(needle)} AND rowid BETWEEN ${first} AND ${last}
    ORDER BY rowid DESC LIMIT ${mostChosenFrom + 1})`;
  return byNumbers(found, mostChosenFrom);
}

/** One range of the index for each state asked for, merged: the index has them by state and then newest first. */
function byState({ user, statuses, format, first, last }: Criteria, limit: number): Source {
  const index = sql.ref(user === null ? 'tasks_by_status' : 'tasks_by_user_status');
  const owner = user === null ? sql`TRUE` : sql`user_id = ${user}`;
  const ranges = (statuses ?? taskStatuses).flatMap((status) =>
    (format === null ? imageFormats : [format]).map(
      (each) => sql`SELECT seq FROM (
        SELECT seq FROM tasks INDEXED BY ${index}
        WHERE ${owner} AND status = ${status} AND format = ${each} AND seq BETWEEN ${first} AND ${last}
        ORDER BY seq DESC LIMIT ${limit})`,
    ),
  );
  const newest = sql`(SELECT seq FROM (${sql.join(ranges, sql` UNION ALL `)}) ORDER BY seq DESC LIMIT ${limit})`;
  return byNumbers(newest, null);
}

function byNumbers(select: RawBuilder<unknown>, mostChosenFrom: number | null): Source {
  return {
    rows: sql`${select} AS chosen CROSS JOIN tasks ON tasks.seq = chosen.seq`,
    numbers: sql`${select} AS chosen`,
    seq: sql`chosen.seq`,
    only: sql`TRUE`,
    mostChosenFrom,
  };
}
