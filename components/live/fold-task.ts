import type { Task, TaskWithTimeline, TimelineEntry } from '../../core/domain/api.ts';
import type { TaskUpdate } from '../../core/domain/events.ts';
import { applyUpdate, queuedState } from '../../core/domain/fold.ts';
import { derivativeUrl } from '../../core/domain/urls.ts';

/**
 * Folds one update into a task as the API gives it. The same object where nothing changes, as by what is said in the name
 * of somebody who is not the owner.
 */
export function foldTask<T extends Task>(task: T, update: TaskUpdate): T {
  if (update.user_id !== task.user_id) return task;
  const state = applyUpdate(task, update);
  if (state === task) return task;
  const derivatives = state.derivatives.map((derivative) => ({
    ...derivative,
    url: derivativeUrl(task.image_id, derivative.name),
  }));
  return { ...task, ...state, derivatives };
}

/** The task that its first update describes, or null where the update carries no such facts. */
export function taskOf(update: TaskUpdate): Task | null {
  const { task: facts } = update.changes;
  if (!facts) return null;
  const { task_id: id, image_id, user_id, batch } = update;
  return { ...queuedState(update.run, update.timestamp), derivatives: [], id, image_id, user_id, batch, ...facts };
}

/** Folds one update into a task with its story: an update the story tells already is not told twice. */
export function foldStory(story: TaskWithTimeline, update: TaskUpdate): TaskWithTimeline {
  if (update.task_id !== story.id || update.user_id !== story.user_id) return story;
  const folded = foldTask(story, update);
  if (folded.timeline.some(({ id }) => id === update.id)) return folded;
  return { ...folded, timeline: [...folded.timeline, entryOf(update)] };
}

function entryOf(update: TaskUpdate): TimelineEntry {
  const { id, type, timestamp, run, attempt, worker, changes } = update;
  const derivatives = (changes.derivatives ?? []).map(({ name }) => name);
  return { id, type, timestamp, run, attempt, worker, error: changes.error ?? null, derivatives };
}
