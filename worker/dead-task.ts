import type { Topics } from '#core/broker/topics.ts';
import type { OutboxEntry } from '#core/database/outbox.ts';
import type { TaskRow } from '#core/database/schema.ts';
import { taskUpdate, updateEntry } from '#core/database/task-messages.ts';
import { isTerminal } from '#core/domain/task.ts';
import type { Letter } from './dead-letter-row.ts';

const endings = new Set(['task.done', 'task.failed', 'task.cancelled']);

/**
 * The update that fails a task whose message is dead; null where the task does not wait for it. A task waits for its work,
 * and for the word of how that ended: of its owner, in its present run. So nobody fails somebody else's task, and what
 * comes late or again changes nothing.
 */
export function failureOf(task: TaskRow, letter: Letter, topics: Topics): OutboxEntry | null {
  if (isTerminal(task.status) || !waitsFor(task, letter, topics)) return null;
  const at = new Date().toISOString();
  const error = { code: 'dead_letter', detail: wordsFor(letter) };
  return updateEntry(topics, taskUpdate(task, 'task.failed', at, { status: 'failed', error, finished_at: at }));
}

function waitsFor(task: TaskRow, { row, claims }: Letter, topics: Topics): boolean {
  const isWork = row.topic === topics.processing;
  const isEnding = row.topic === topics.updates && endings.has(claims.type ?? '');
  if (!isWork && !isEnding) return false;
  const isOfOwner = row.user_id === task.user_id || (isWork && row.user_id === null);
  // What names no run cannot be that of a run that a redrive has started.
  const isOfRun = claims.run === null ? row.redrives === 0 : claims.run === task.run;
  return isOfOwner && isOfRun;
}

function wordsFor({ row: { reason, error } }: Letter): string {
  const what = reason === 'malformed' ? 'could not be read' : 'could not be handled';
  const why = error === '' ? '' : ` (${error})`;
  return `The message that carried this work ${what}${why}. It is kept with the dead letters.`;
}
