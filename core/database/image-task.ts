import type { Reader } from './database.ts';
import type { ImageRow, TaskRow } from './schema.ts';

/** An image and its task; undefined where there is none. */
export async function findImageWithTask(
  db: Reader,
  imageId: string,
): Promise<{ image: ImageRow; task: TaskRow } | undefined> {
  const image = await db.selectFrom('images').selectAll().where('id', '=', imageId).executeTakeFirst();
  const task = await db
    .selectFrom('tasks')
    .selectAll()
    .where('image_id', '=', imageId)
    .orderBy('seq')
    .executeTakeFirst();
  return image && task ? { image, task } : undefined;
}
