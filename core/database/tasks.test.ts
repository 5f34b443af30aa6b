import { expect, test } from 'vitest';
import type { TaskStatus } from '#core/domain/task.ts';
import type { Database } from './database.ts';
import { acceptImages } from './images.ts';
import { countsOf, findTask, requestCancel, requestRetry, timelineOf, toTask } from './tasks.ts';
import { newDatabase, newImage, topics } from './testing/folder.ts';
import { must } from '#core/domain/testing/must.ts';

const at = '2026-02-01T00:00:00.000Z';

test.each(['failed', 'cancelled'] as const)('a %s task can be retried: its next run begins afresh', async (status) => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, status);
  const before = (await promisedTypes(database)).length;
  const retried = await retry(database, taskId);

  expect(retried).toMatchObject({
    run: 2,
    status: 'queued',
    attempts: 0,
    queued_at: at,
    error_code: null,
    derivatives: '[]',
  });
  expect(await database.read((trx) => findTask(trx, taskId))).toEqual(retried);
  expect(await database.read((trx) => countsOf(trx))).toMatchObject({ queued: 1, [status]: 0 });
  expect((await promisedTypes(database)).slice(before)).toEqual(['task.process', 'task.queued', 'task.retried']);
  const story = await database.read((trx) => timelineOf(trx, taskId));
  expect(story.at(-1)).toMatchObject({ type: 'task.queued', run: 2, timestamp: at });
});

test.each(['queued', 'running', 'retrying', 'done'] as const)('a %s task cannot be retried', async (status) => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, status);
  await expect(retry(database, taskId)).rejects.toMatchObject({ code: 'conflict' });
});

test('of twenty who retry a task at once, one does', async () => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, 'failed');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => retry(database, taskId)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await database.read((trx) => findTask(trx, taskId))).toMatchObject({ run: 2 });
});

test('a cancel is promised to boards and workers, and changes no row', async () => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, 'running');
  const task = await database.read((trx) => findTask(trx, taskId));
  const before = (await promisedTypes(database)).length;
  await database.write((trx) => requestCancel(trx, topics, { taskId, at, requestedBy: 'owner' }));
  expect((await promisedTypes(database)).slice(before)).toEqual(['task.cancelled', 'worker.cancel']);
  expect(await database.read((trx) => findTask(trx, taskId))).toEqual(task);
});

test.each(['done', 'failed', 'cancelled'] as const)('a %s task cannot be cancelled', async (status) => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, status);
  const cancel = database.write((trx) => requestCancel(trx, topics, { taskId, at, requestedBy: 'owner' }));
  await expect(cancel).rejects.toMatchObject({ code: 'conflict' });
});

test('what is not there can be neither retried nor cancelled', async () => {
  const database = await newDatabase();
  await expect(retry(database, 'nothing')).rejects.toMatchObject({ code: 'not_found' });
  const cancel = database.write((trx) => requestCancel(trx, topics, { taskId: 'nothing', at, requestedBy: 'owner' }));
  await expect(cancel).rejects.toMatchObject({ code: 'not_found' });
});

test('a task names the addresses of its derivatives', async () => {
  const database = await newDatabase();
  const taskId = await taskThatIs(database, 'done');
  const row = await database.read((trx) => findTask(trx, taskId));
  const task = toTask({
    ...must(row),
    derivatives: '[{"name":"large","format":"webp","width":2,"height":1,"bytes":9}]',
  });
  expect(task.derivatives).toEqual([
    {
      name: 'large',
      format: 'webp',
      width: 2,
      height: 1,
      bytes: 9,
      url: `/api/v1/images/${task.image_id}/derivatives/large`,
    },
  ]);
});

async function taskThatIs(database: Database, status: TaskStatus): Promise<string> {
  const image = newImage();
  await database.write(async (trx) => {
    await acceptImages(trx, topics, [image]);
    await trx
      .updateTable('tasks')
      .set({ status, error_code: status === 'failed' ? 'damaged_image' : null })
      .execute();
    await trx.updateTable('task_counts').set({ status }).execute();
  });
  return image.task_id;
}

function retry(database: Database, taskId: string) {
  return database.write((trx) => requestRetry(trx, topics, { taskId, at, requestedBy: 'owner' }));
}

async function promisedTypes(database: Database): Promise<string[]> {
  const rows = await database.read((trx) => trx.selectFrom('outbox').select('value').orderBy('seq').execute());
  return rows.map(({ value }) => (JSON.parse(must(value)) as { type: string }).type);
}
