import { v7 as uuid } from 'uuid';
import type { Accepted } from '#core/domain/api.ts';
import { blobKey } from '#core/domain/image.ts';
import type { Writer } from '#core/database/database.ts';
import { acceptImages, findImageByUpload, type NewImage } from '#core/database/images.ts';
import type { ImageRow } from '#core/database/schema.ts';
import { allowanceOf, splitByRoom } from '#core/database/usage.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import type { Declaration } from './declaration.ts';
import { inspect } from './inspect.ts';
import { removeUnusedBlob } from './leftovers.ts';
import { overQuota } from './quota.ts';

type Parts = Pick<Services, 'config' | 'database' | 'storage' | 'topics'>;

/** An upload whose last byte has arrived. */
export interface CompleteUpload extends Declaration {
  id: string;
  user_id: string;
  sha256: string;
  bytes: number;
}

/** An image whose bytes are in place under their hash; what is missing is the promise. */
export interface PreparedImage {
  image: NewImage;
  staged: string;
}

/** Looks at the bytes and puts them in place. Throws what the upload is refused for. */
export async function prepareImage({ config, storage }: Parts, upload: CompleteUpload): Promise<PreparedImage> {
  const { id: staged, user_id, sha256, filename, batch, preset } = upload;
  const { format, width, height, bytes } = await inspect(storage, staged, upload.bytes, config);
  await storage.promote(staged, blobKey(sha256));
  const facts = { sha256, filename, format, width, height, bytes, batch };
  const version = { name: preset.name, version: preset.version };
  const created_at = new Date().toISOString();
  const image = { id: uuid(), task_id: uuid(), user_id, ...facts, upload_id: null, preset: version, created_at };
  return { image, staged };
}

/**
 * The promise, inside a write transaction, of those images that their owner has room for; gives back those that there is
 * none for. Whoever removes a blob that no image has does so inside a write transaction too, so what is there when this
 * one looks stays there.
 */
export async function promiseImages(
  trx: Writer,
  { config, storage, topics }: Parts,
  userId: string,
  prepared: PreparedImage[],
): Promise<{ promised: PreparedImage[]; over: PreparedImage[] }> {
  const { left } = await allowanceOf(trx, userId, config);
  const { fitting: promised, over } = splitByRoom(prepared, left, ({ image }) => image.bytes);
  for (const { staged, image } of promised) {
    const key = blobKey(image.sha256);
    if ((await storage.size(key)) === null) await storage.promote(staged, key);
  }
  if (promised.length > 0) {
    await acceptImages(
      trx,
      topics,
      promised.map(({ image }) => image),
    );
  }
  return { promised, over };
}

/** Removes the bytes of images that were prepared and not promised. */
export async function removePrepared(parts: Parts, prepared: PreparedImage[]): Promise<void> {
  for (const { image } of prepared) await removeUnusedBlob(parts, image.sha256);
}

/**
 * Accepts a complete tus upload, once however often it is asked, and discards what was staged. A refused one is
 * discarded as well; after any other failure it stays, so that asking again can succeed.
 */
export async function acceptUpload(parts: Parts, upload: CompleteUpload): Promise<Accepted> {
  const accepted = await promiseUpload(parts, upload).catch(async (error: unknown) => {
    if (isRefusal(error)) await parts.storage.discardUpload(upload.id);
    throw error;
  });
  await parts.storage.discardUpload(upload.id);
  return accepted;
}

async function promiseUpload(parts: Parts, upload: CompleteUpload): Promise<Accepted> {
  const known = await parts.database.read((trx) => findImageByUpload(trx, upload.id));
  if (known) return answerOf(known.image, known.task_id);
  const prepared = await prepareImage(parts, upload);
  const image = { ...prepared.image, upload_id: upload.id };
  const promising = parts.database.write(async (trx) => {
    const meanwhile = await findImageByUpload(trx, upload.id);
    if (meanwhile) return answerOf(meanwhile.image, meanwhile.task_id);
    const { promised } = await promiseImages(trx, parts, upload.user_id, [{ ...prepared, image }]);
    return promised.length > 0 ? acceptedOf(image) : null;
  });
  const accepted = await promising.catch(async (error: unknown) => {
    if (isRefusal(error)) await removePrepared(parts, [prepared]);
    throw error;
  });
  if (accepted) return accepted;
  await removePrepared(parts, [prepared]);
  throw overQuota();
}

/** What the person is told. */
export function acceptedOf({ id, task_id, sha256, format, width, height, bytes }: NewImage): Accepted {
  return { id, task_id, sha256, format, width, height, bytes };
}

function answerOf({ id, blob, format, width, height, bytes }: ImageRow, task_id: string): Accepted {
  return { id, task_id, sha256: blob, format, width, height, bytes };
}

/** True where the upload itself is at fault: asking again would end the same. */
export function isRefusal(error: unknown): error is DarkroomError {
  return error instanceof DarkroomError && !error.retryable && error.status < 500;
}
