import { isTerminal } from '#core/domain/task.ts';
import type { TaskUpdate } from '#core/domain/events.ts';

/**
 * The fewest of these updates, in their order, that fold to the same tasks from any state: what a reader gets that could
 * not keep up. A board that folds them ends where one that folded all of them ends; only what was seen in between is less.
 *
 * 1. Of a deleted task, the deletion is all that matters.
 * 2. Of several runs, the highest; the first terminal update of a run makes what follows in it void.
 * 3. What came before that terminal update goes only if the terminal update says all of it again.
 * 4. An update that carries the task's unchanging facts stays: without it there is no row.
 */
export function coalesce(updates: TaskUpdate[]): TaskUpdate[] {
  const byTask = Map.groupBy(updates, (update) => update.task_id);
  const kept = new Set([...byTask.values()].flatMap(needed));
  return updates.filter((update) => kept.has(update));
}

function needed(updates: TaskUpdate[]): TaskUpdate[] {
  const deletion = updates.find((update) => update.type === 'task.deleted');
  if (deletion) return [deletion];
  const run = Math.max(...updates.map((update) => update.run));
  const seeds = updates.filter(carriesTask);
  const story = updates.filter((update) => update.run === run && !carriesTask(update));
  const end = story.findIndex(endsRun);
  const last = story[end];
  if (!last) return [...seeds, ...story];
  const before = story.slice(0, end);
  return before.every((update) => says(last, update)) ? [...seeds, last] : [...seeds, ...before, last];
}

function endsRun(update: TaskUpdate): boolean {
  return update.changes.status !== undefined && isTerminal(update.changes.status);
}

function carriesTask(update: TaskUpdate): boolean {
  return update.changes.task !== undefined;
}

/** Whether folding `last` alone gives what folding `earlier` and then `last` gives. */
function says(last: TaskUpdate, earlier: TaskUpdate): boolean {
  const [said, asked] = [last.changes, earlier.changes];
  return (
    last.attempt >= earlier.attempt &&
    (last.worker !== null || earlier.worker === null) &&
    (asked.started_at === undefined || (said.started_at !== undefined && said.started_at <= asked.started_at)) &&
    (asked.warnings ?? []).length === 0 &&
    (asked.derivatives ?? []).every((one) => (said.derivatives ?? []).some((other) => same(one, other))) &&
    (asked.placeholder === undefined || asked.placeholder === said.placeholder) &&
    (asked.metadata === undefined || same(asked.metadata, said.metadata))
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
