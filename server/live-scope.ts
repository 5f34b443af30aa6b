import type { TaskUpdate } from '#core/domain/events.ts';
import type { Scope } from '#core/domain/live.ts';

/** The room that a person's subscription to this scope belongs to. */
export function roomKey(scope: Scope, user: { id: string }): string {
  if (scope === 'all') return 'all';
  if (scope === 'mine') return `user:${user.id}`;
  return 'task' in scope ? `task:${scope.task}` : `batch:${scope.batch}`;
}

/** Every room that an update goes to. */
export function roomKeys({ user_id, task_id, batch }: TaskUpdate): string[] {
  const keys = ['all', `user:${user_id}`, `task:${task_id}`];
  return batch === null ? keys : [...keys, `batch:${batch}`];
}
