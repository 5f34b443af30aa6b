import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageFormats } from '#core/domain/image.ts';
import { taskStatuses } from '#core/domain/task.ts';
import type { Database } from './database.ts';
import { acceptImages } from './images.ts';
import type { TaskRow } from './schema.ts';
import { listTasks, type TaskFilter } from './task-list.ts';
import { newDatabase, newImage, topics } from './testing/folder.ts';
import { must } from '#core/domain/testing/must.ts';

const names = [
  'IMG_0001.JPG',
  'img_0012.jpg',
  'Été à Nice.png',
  'a',
  'ab.gif',
  '"quoted" OR *.jpg',
  'x%_y.png',
  '日本語の写真.jpg',
  'NEAR(a b).webp',
];
const start = Date.UTC(2026, 0, 1);
const at = (second: number) => new Date(start + second * 1000).toISOString();

test('every filter, alone and with others, yields what it should, newest first, on pages that lose and repeat nothing', async () => {
  const database = await newDatabase();
  const all = await fillWithKinds(database, 400);
  const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const filters = fc.record({
    user_id: some('owner', 'guest', 'nobody'),
    status: fc.option(fc.subarray([...taskStatuses], { minLength: 1 }), { nil: undefined }),
    format: some(...imageFormats),
    q: some(
      'img',
      'IMG_00',
      'a',
      'ab',
      'été',
      'E\u0301te\u0301',
      '"',
      '" OR "',
      '*',
      '%_',
      '本語',
      '日',
      'zebra',
      '  ',
      'NEAR(a',
      '-',
      "'; --",
    ),
    batch: some('b0', 'b1', 'none'),
    worker: some('w0', 'w1', 'none'),
    since: some(at(0), at(100), at(399)),
    until: some(at(0), at(250), at(500)),
  });
  // With few tasks to be looked at for a page, pages come short, and their cursors still have to lead to everything.
  const bounds = fc.record({ limit: fc.integer({ min: 1, max: 120 }), lookAt: fc.constantFrom(5, 40, 10_000) });
  await fc.assert(
    fc.asyncProperty(filters, bounds, async (filter, page) => {
      const listed = await walk(database, filter, page);
      expect(listed.map(({ id }) => id)).toEqual(all.filter((task) => fulfils(task, filter)).map(({ id }) => id));
    }),
    { numRuns: 200 },
  );
});

test('tasks that come while somebody pages do not move what follows', async () => {
  const database = await newDatabase();
  await fillWithKinds(database, 30);
  const first = await database.read((trx) => listTasks(trx, {}, { limit: 10 }));
  await database.write((trx) => acceptImages(trx, topics, [newImage({ created_at: at(1000) })]));
  const second = await database.read((trx) => listTasks(trx, {}, { limit: 10, cursor: must(first.next_cursor) }));
  expect(second.items.map(({ created_at }) => created_at)).toEqual(Array.from({ length: 10 }, (_, n) => at(19 - n)));
});

async function fillWithKinds(database: Database, n: number): Promise<TaskRow[]> {
  const images = Array.from({ length: n }, (_, i) =>
    newImage({
      user_id: i % 5 === 0 ? 'guest' : 'owner',
      filename: must(names[i % names.length]),
      format: imageFormats[i % 7] ?? 'jpeg',
      batch: i % 3 === 2 ? null : `b${i % 3}`,
      created_at: at(i),
    }),
  );
  return database.write(async (trx) => {
    await acceptImages(trx, topics, images);
    for (const [i, status] of taskStatuses.entries()) {
      const these = images.filter((_, k) => k % 11 === i).map(({ task_id }) => task_id);
      if (these.length === 0) continue;
      await trx
        .updateTable('tasks')
        .set({ status, worker: `w${i % 2}` })
        .where('id', 'in', these)
        .execute();
    }
    await trx.deleteFrom('task_counts').execute();
    await trx
      .insertInto('task_counts')
      .columns(['user_id', 'status', 'n'])
      .expression(
        trx
          .selectFrom('tasks')
          .select((row) => ['user_id', 'status', row.fn.countAll<number>().as('n')])
          .groupBy(['user_id', 'status']),
      )
      .execute();
    return trx.selectFrom('tasks').selectAll().orderBy('seq', 'desc').execute();
  });
}

async function walk(
  database: Database,
  filter: TaskFilter,
  bounds: { limit: number; lookAt: number },
): Promise<TaskRow[]> {
  const listed: TaskRow[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const from = cursor;
    const page = await database.read((trx) => listTasks(trx, filter, { cursor: from, ...bounds }));
    expect(page.items.length).toBeLessThanOrEqual(bounds.limit);
    listed.push(...page.items);
    cursor = page.next_cursor;
  }
  return listed;
}

function fulfils(task: TaskRow, filter: TaskFilter): boolean {
  const words = filter.q?.trim().normalize('NFC').toLowerCase() ?? '';
  const name = task.filename.normalize('NFC').toLowerCase();
  return (
    (filter.user_id === undefined || task.user_id === filter.user_id) &&
    (filter.status === undefined || filter.status.includes(task.status)) &&
    (filter.format === undefined || task.format === filter.format) &&
    (Array.from(words).length < 3 ? name.startsWith(words) : name.includes(words)) &&
    (filter.batch === undefined || task.batch === filter.batch) &&
    (filter.worker === undefined || task.worker === filter.worker) &&
    (filter.since === undefined || task.created_at >= filter.since) &&
    (filter.until === undefined || task.created_at <= filter.until)
  );
}
