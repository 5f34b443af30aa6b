import { findImageWithTask } from '#core/database/image-task.ts';
import type { ImageRow, TaskRow } from '#core/database/schema.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';

/** An image of this person with its task. Throws `not_found`, also for an image of another. */
export async function findOwn(
  { database }: Pick<Services, 'database'>,
  id: string,
  user_id: string,
): Promise<{ image: ImageRow; task: TaskRow }> {
  const found = await database.read((db) => findImageWithTask(db, id));
  if (found?.image.user_id === user_id) return found;
  throw new DarkroomError('not_found', 'There is no such image.');
}
