import type { Compilable } from 'kysely';
import type { TaskUpdate } from '#core/domain/events.ts';
import type { Reader, Writer } from './database.ts';
import { chunksOf } from './statements.ts';

/** Adds to the stories of tasks, in this order. What the task itself keeps (its facts, picture data) is left out. */
export function timelineInserts(trx: Writer, updates: TaskUpdate[]): Compilable[] {
  const rows = updates.map((update) => {
    const { task: _, placeholder: __, metadata: ___, ...changes } = update.changes;
    return { task_id: update.task_id, update_id: update.id, update: JSON.stringify({ ...update, changes }) };
  });
  return chunksOf(rows).map((chunk) => trx.insertInto('timeline').values(chunk));
}

/** A task's story, oldest first: the updates that changed it. */
export async function timelineOf(db: Reader, taskId: string): Promise<TaskUpdate[]> {
  const rows = await db.selectFrom('timeline').select('update').where('task_id', '=', taskId).orderBy('seq').execute();
  return rows.map(({ update }) => JSON.parse(update) as TaskUpdate);
}

export function timelineDelete(trx: Writer, taskId: string): Compilable {
  return trx.deleteFrom('timeline').where('task_id', '=', taskId);
}
