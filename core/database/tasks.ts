import type { Topics } from '#core/broker/topics.ts';
import { isTerminal, queuedState, type TaskStatus } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Reader, Writer } from './database.ts';
import { addToOutbox, outboxInserts, type OutboxEntry } from './outbox.ts';
import type { TaskRow } from './schema.ts';
import { runTogether } from './statements.ts';
import { CountChanges } from './task-counts.ts';
import { cancelEntry, eventEntry, processingEntry, queuedUpdate, taskUpdate, updateEntry } from './task-messages.ts';
import { columnsOf } from './task-row.ts';
import { timelineInserts } from './timeline.ts';

export { countsOf } from './task-counts.ts';
export { listTasks, type TaskFilter } from './task-list.ts';
export { toTask } from './task-row.ts';
export { timelineOf } from './timeline.ts';

/** A person's request about a task. */
interface Request {
  taskId: string;
  at: string;
  requestedBy: string;
}

const retriable: ReadonlySet<TaskStatus> = new Set(['failed', 'cancelled']);

export async function findTask(db: Reader, id: string): Promise<TaskRow | undefined> {
  return db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Starts the next run of a task that failed or was cancelled, with all messages for it. Compare-and-set on the run: of
 * many who ask at once, one starts it and the others get `conflict`.
 */
export async function requestRetry(trx: Writer, topics: Topics, { taskId, at }: Request): Promise<TaskRow> {
  const task = await existingTask(trx, taskId);
  if (!retriable.has(task.status)) {
    throw new DarkroomError('conflict', `Only a failed or cancelled task can be retried; this one is ${task.status}.`);
  }
  return startNextRun(trx, topics, task, at, (started) => processingEntry(topics, started));
}

/**
 * Starts the next run of a task as it was read in this transaction, with all messages for it; `work` is the one that the
 * worker gets. Compare-and-set on the run: throws `conflict` where somebody else has started it.
 */
export async function startNextRun(
  trx: Writer,
  topics: Topics,
  task: TaskRow,
  at: string,
  work: (started: TaskRow) => OutboxEntry,
): Promise<TaskRow> {
  const begun = { ...columnsOf(queuedState(task.run + 1, at)), queued_at: at };
  const started: TaskRow = { ...task, ...begun };
  const { numUpdatedRows } = await trx
    .updateTable('tasks')
    .set(begun)
    .where('seq', '=', task.seq)
    .where('run', '=', task.run)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new DarkroomError('conflict', 'Somebody else has just retried this task.');

  const counts = new CountChanges();
  counts.add(task.user_id, task.status, -1);
  counts.add(task.user_id, 'queued', 1);
  const update = queuedUpdate(started);
  await runTogether(trx, [
    ...counts.upserts(trx),
    ...timelineInserts(trx, [update]),
    ...outboxInserts(trx, [
      work(started),
      updateEntry(topics, update),
      eventEntry(topics, started, 'task.retried', at),
    ]),
  ]);
  return started;
}

/**
 * Ends the present run of a task that has not ended: the fold of the update does it, here and in every browser, and the
 * workers are told to drop it. Changes no row.
 */
export async function requestCancel(trx: Writer, topics: Topics, { taskId, at, requestedBy }: Request): Promise<void> {
  const task = await existingTask(trx, taskId);
  if (isTerminal(task.status)) {
    throw new DarkroomError('conflict', `Only a task that has not ended can be cancelled; this one is ${task.status}.`);
  }
  const error = { code: 'cancelled', detail: `Cancelled by ${requestedBy}.` };
  const update = taskUpdate(task, 'task.cancelled', at, { status: 'cancelled', finished_at: at, error });
  await addToOutbox(trx, [updateEntry(topics, update), cancelEntry(topics, task, at)]);
}

async function existingTask(db: Reader, id: string): Promise<TaskRow> {
  const task = await findTask(db, id);
  if (!task) throw new DarkroomError('not_found', 'There is no such task.');
  return task;
}
