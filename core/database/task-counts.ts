import { sql, type Compilable } from 'kysely';
import { type TaskStatus, taskStatuses } from '#core/domain/task.ts';
import type { StatusCounts } from '#core/domain/api.ts';
import type { Reader, Writer } from './database.ts';
import { chunksOf } from './statements.ts';

/** How many tasks of whom go to, or (negative) leave, which status. */
export class CountChanges {
  readonly #changes = new Map<string, { user_id: string; status: TaskStatus; n: number }>();

  add(userId: string, status: TaskStatus, n: number): void {
    const key = `${status} ${userId}`;
    const change = this.#changes.get(key);
    if (change) change.n += n;
    else this.#changes.set(key, { user_id: userId, status, n });
  }

  /** Whoever's transaction moves tasks runs these in it: so the counts are always those of the rows. */
  upserts(trx: Writer): Compilable[] {
    const changes = [...this.#changes.values()].filter(({ n }) => n !== 0);
    return chunksOf(changes).map((chunk) =>
      trx
        .insertInto('task_counts')
        .values(chunk)
        .onConflict((conflict) =>
          conflict.columns(['user_id', 'status']).doUpdateSet({ n: sql`task_counts.n + excluded.n` }),
        ),
    );
  }
}

/** How many tasks there are of each status. */
export async function countsOf(db: Reader): Promise<StatusCounts> {
  const all = db.selectFrom('task_counts').select((row) => ['status', row.fn.sum<number>('n').as('n')]);
  const counts = none();
  for (const { status, n } of await all.groupBy('status').execute()) counts[status] = n;
  return counts;
}

/** The same for each of these people: a function from their ids. */
export async function countsOfEach(db: Reader, userIds: string[]): Promise<(userId: string) => StatusCounts> {
  const counts = new Map(userIds.map((id) => [id, none()]));
  for (const ids of chunksOf(userIds)) {
    const rows = await db.selectFrom('task_counts').selectAll().where('user_id', 'in', ids).execute();
    for (const { user_id, status, n } of rows) {
      const own = counts.get(user_id);
      if (own) own[status] = n;
    }
  }
  return (userId) => counts.get(userId) ?? none();
}

function none(): StatusCounts {
  return Object.fromEntries(taskStatuses.map((status) => [status, 0])) as StatusCounts;
}
