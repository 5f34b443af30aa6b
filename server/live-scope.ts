import { findTask } from '#core/database/tasks.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import type { Scope } from '#core/domain/live.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { mayMeet, seesAll, type User } from './auth/access.ts';

type Asker = Pick<User, 'id' | 'abilities'>;

/** Why this person may not have this scope; null where they may. What they may not see is not there for them. */
export async function refusalOfScope(
  { database }: Pick<Services, 'database'>,
  scope: Scope,
  user: Asker,
): Promise<DarkroomError | null> {
  if (scope === 'mine' || seesAll(user)) return null;
  if (scope === 'all') return new DarkroomError('forbidden', 'Only operators and admins may see the pictures of all.');
  if ('batch' in scope) return null;
  const task = await database.read((trx) => findTask(trx, scope.task));
  if (task && mayMeet(user, task.user_id)) return null;
  return new DarkroomError('not_found', 'There is no such task.');
}

/** The room that a person's subscription to this scope belongs to. A batch is named by people: each has their own of it. */
export function roomKey(scope: Scope, user: Asker): string {
  if (scope === 'all') return 'all';
  if (scope === 'mine') return `user:${user.id}`;
  if ('task' in scope) return `task:${scope.task}`;
  return seesAll(user) ? `batch:${scope.batch}` : `batch:${scope.batch} of ${user.id}`;
}

/** Every room that an update goes to. */
export function roomKeys({ user_id, task_id, batch }: TaskUpdate): string[] {
  const keys = ['all', `user:${user_id}`, `task:${task_id}`];
  return batch === null ? keys : [...keys, `batch:${batch}`, `batch:${batch} of ${user_id}`];
}
