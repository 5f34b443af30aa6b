import { sql, type Compilable } from 'kysely';
import type { Topics } from '#core/broker/topics.ts';
import { isTerminal, queuedState } from '#core/domain/task.ts';
import type { Reader, Writer } from './database.ts';
import { outboxInserts, type OutboxEntry } from './outbox.ts';
import type { BlobRow, ImageRow, TaskRow } from './schema.ts';
import { searchDelete, searchInsert, searchName } from './search.ts';
import { sequencer } from './sequence.ts';
import { chunksOf, runTogether } from './statements.ts';
import { CountChanges } from './task-counts.ts';
import { cancelEntry, eventEntry, processingEntry, queuedUpdate, taskUpdate, updateEntry } from './task-messages.ts';
import { columnsOf } from './task-row.ts';
import { timelineDelete, timelineInserts } from './timeline.ts';
import { UsageChanges } from './usage.ts';

/** An upload that was checked and whose bytes are stored. */
export interface NewImage {
  id: string;
  task_id: string;
  user_id: string;
  sha256: string;
  filename: string;
  format: string;
  width: number;
  height: number;
  bytes: number;
  batch: string | null;
  upload_id: string | null;
  preset: { name: string; version: number };
  created_at: string;
}

/**
 * The promise of Darkroom: images, their tasks, and in the same transaction every message that makes them be developed
 * and shown. A second image of the same `upload_id` is refused by the database (see `isDuplicate`).
 */
export async function acceptImages(trx: Writer, topics: Topics, images: NewImage[]): Promise<void> {
  const nextSeq = sequencer(trx);
  const tasks: TaskRow[] = [];
  const counts = new CountChanges();
  const usage = new UsageChanges();
  for (const image of images) {
    tasks.push(taskRow(image, await nextSeq(image.created_at)));
    counts.add(image.user_id, 'queued', 1);
    usage.add(image.user_id, { images: 1, bytes: image.bytes });
  }
  const queued = tasks.map((task) => ({ task, update: queuedUpdate(task) }));
  const messages = queued.flatMap(({ task, update }) => [
    processingEntry(topics, task),
    updateEntry(topics, update),
    eventEntry(topics, task, 'task.created', task.created_at),
  ]);
  await runTogether(trx, [
    ...chunksOf(blobRows(images)).map((chunk) => blobUpsert(trx, chunk)),
    ...chunksOf(images.map(imageRow)).map((chunk) => trx.insertInto('images').values(chunk)),
    ...chunksOf(tasks).map((chunk) => trx.insertInto('tasks').values(chunk)),
    ...chunksOf(tasks).map((chunk) => searchInsert(trx, chunk)),
    ...counts.upserts(trx),
    ...usage.upserts(trx),
    ...timelineInserts(
      trx,
      queued.map(({ update }) => update),
    ),
    ...outboxInserts(trx, messages),
  ]);
}

function blobUpsert(trx: Writer, rows: BlobRow[]): Compilable {
  return trx
    .insertInto('blobs')
    .values(rows)
    .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ refs: sql`blobs.refs + excluded.refs` }));
}

function blobRows(images: NewImage[]): BlobRow[] {
  const blobs = new Map<string, BlobRow>();
  for (const { sha256, bytes } of images) {
    const refs = (blobs.get(sha256)?.refs ?? 0) + 1;
    blobs.set(sha256, { sha256, bytes, refs });
  }
  return [...blobs.values()];
}

function imageRow(image: NewImage): ImageRow {
  const { id, user_id, sha256, filename, format, width, height, bytes, batch, upload_id, created_at } = image;
  return { id, user_id, blob: sha256, filename, format, width, height, bytes, batch, upload_id, created_at };
}

function taskRow(image: NewImage, seq: number): TaskRow {
  const { user_id, batch, filename, format, width, height, bytes, created_at } = image;
  return {
    seq,
    id: image.task_id,
    image_id: image.id,
    user_id,
    batch,
    filename,
    search_name: searchName(filename),
    format,
    width,
    height,
    bytes,
    blob: image.sha256,
    preset: image.preset.name,
    preset_version: image.preset.version,
    created_at,
    queued_at: created_at,
    ...columnsOf(queuedState(1, created_at)),
    counted_run: 0,
  };
}

export async function findImage(db: Reader, id: string): Promise<ImageRow | undefined> {
  return db.selectFrom('images').selectAll().where('id', '=', id).executeTakeFirst();
}

/** What an upload became, if it was accepted already. */
export async function findImageByUpload(
  db: Reader,
  uploadId: string,
): Promise<{ image: ImageRow; task_id: string } | undefined> {
  const image = await db.selectFrom('images').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
  if (!image) return undefined;
  const { id: task_id } = await db
    .selectFrom('tasks')
    .select('id')
    .where('image_id', '=', image.id)
    .orderBy('seq')
    .executeTakeFirstOrThrow();
  return { image, task_id };
}

/**
 * Removes an image with its tasks and their stories, tells boards, other systems and the workers, and resolves to the
 * blob that no image has any more, or null. The bytes are the caller's to delete, after the commit.
 */
export async function deleteImage(
  trx: Writer,
  topics: Topics,
  image: Pick<ImageRow, 'id' | 'blob'>,
  at = new Date().toISOString(),
): Promise<string | null> {
  const tasks = await trx.selectFrom('tasks').selectAll().where('image_id', '=', image.id).execute();
  const counts = new CountChanges();
  for (const task of tasks) counts.add(task.user_id, task.status, -1);
  await runTogether(trx, [
    ...tasks.flatMap((task) => [
      searchDelete(trx, task.seq),
      timelineDelete(trx, task.id),
      trx.deleteFrom('tasks').where('seq', '=', task.seq),
    ]),
    ...counts.upserts(trx),
    ...outboxInserts(
      trx,
      tasks.flatMap((task) => farewell(topics, task, at)),
    ),
  ]);
  const removed = await trx
    .deleteFrom('images')
    .where('id', '=', image.id)
    .returning(['user_id', 'bytes'])
    .executeTakeFirst();
  if (!removed) return null;
  const usage = new UsageChanges();
  usage.add(removed.user_id, { images: -1, bytes: -removed.bytes });
  await runTogether(trx, usage.upserts(trx));
  return release(trx, image.blob);
}

function farewell(topics: Topics, task: TaskRow, at: string): OutboxEntry[] {
  const entries = [
    updateEntry(topics, taskUpdate(task, 'task.deleted', at, {})),
    eventEntry(topics, task, 'task.deleted', at),
  ];
  return isTerminal(task.status) ? entries : [cancelEntry(topics, task, at), ...entries];
}

async function release(trx: Writer, sha256: string): Promise<string | null> {
  const { refs } = await trx
    .updateTable('blobs')
    .set((row) => ({ refs: row('refs', '-', 1) }))
    .where('sha256', '=', sha256)
    .returning('refs')
    .executeTakeFirstOrThrow();
  if (refs > 0) return null;
  await trx.deleteFrom('blobs').where('sha256', '=', sha256).execute();
  return sha256;
}
