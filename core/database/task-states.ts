import type { Compilable } from 'kysely';
import type { Writer } from './database.ts';
import type { TaskRow } from './schema.ts';
import { chunksOf } from './statements.ts';

/** The tasks that there are of these, by id. */
export async function tasksById(trx: Writer, ids: string[]): Promise<Map<string, TaskRow>> {
  const tasks = new Map<string, TaskRow>();
  for (const chunk of chunksOf(ids)) {
    for (const row of await trx.selectFrom('tasks').selectAll().where('id', 'in', chunk).execute())
      tasks.set(row.id, row);
  }
  return tasks;
}

/** Writes back what updates change of tasks that were read in this transaction. */
export function taskUpserts(trx: Writer, tasks: TaskRow[]): Compilable[] {
  return chunksOf(tasks).map((chunk) =>
    trx
      .insertInto('tasks')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.column('seq').doUpdateSet((row) => ({
          queued_at: row.ref('excluded.queued_at'),
          counted_run: row.ref('excluded.counted_run'),
          run: row.ref('excluded.run'),
          status: row.ref('excluded.status'),
          status_at: row.ref('excluded.status_at'),
          attempts: row.ref('excluded.attempts'),
          started_at: row.ref('excluded.started_at'),
          finished_at: row.ref('excluded.finished_at'),
          worker: row.ref('excluded.worker'),
          error_code: row.ref('excluded.error_code'),
          error_detail: row.ref('excluded.error_detail'),
          warnings: row.ref('excluded.warnings'),
          derivatives: row.ref('excluded.derivatives'),
          placeholder: row.ref('excluded.placeholder'),
          metadata: row.ref('excluded.metadata'),
        })),
      ),
  );
}
