import type { TaskUpdate } from '#core/domain/events.ts';
import { inChunks } from './chunks.ts';
import type { Reader, Writer } from './database.ts';

/** Adds to the stories of tasks, in this order. What the task itself keeps (its facts, picture data) is left out. */
export async function addToTimeline(trx: Writer, updates: TaskUpdate[]): Promise<void> {
  const rows = updates.map((update) => {
    const { task: _, placeholder: __, metadata: ___, ...changes } = update.changes;
    return { task_id: update.task_id, update_id: update.id, update: JSON.stringify({ ...update, changes }) };
  });
  for (const chunk of inChunks(rows)) await trx.insertInto('timeline').values(chunk).execute();
}

/** A task's story, oldest first: the updates that changed it. */
export async function timelineOf(db: Reader, taskId: string): Promise<TaskUpdate[]> {
  const rows = await db.selectFrom('timeline').select('update').where('task_id', '=', taskId).orderBy('seq').execute();
  return rows.map(({ update }) => JSON.parse(update) as TaskUpdate);
}

export async function removeTimeline(trx: Writer, taskId: string): Promise<void> {
  await trx.deleteFrom('timeline').where('task_id', '=', taskId).execute();
}
