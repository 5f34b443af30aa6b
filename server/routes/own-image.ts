import { findImageWithTask } from '#core/database/image-task.ts';
import type { ImageRow, TaskRow } from '#core/database/schema.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { mayMeet, type User } from '#server/auth/access.ts';

/** An image this person may see, with its task. Throws `not_found`, also where they may not: they do not learn of it. */
export async function findOwn(
  { database }: Pick<Services, 'database'>,
  id: string,
  user: User,
): Promise<{ image: ImageRow; task: TaskRow }> {
  const found = await database.read((db) => findImageWithTask(db, id));
  if (found && mayMeet(user, found.image.user_id)) return found;
  throw new DarkroomError('not_found', 'There is no such image.');
}
