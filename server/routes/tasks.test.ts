import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptImages } from '#core/database/images.ts';
import { advanceOffset } from '#core/database/offsets.ts';
import { takeOutbox } from '#core/database/outbox.ts';
import { newImage } from '#core/database/testing/folder.ts';
import { TaskPage, TaskWithTimeline, type Task } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import { must } from '#core/domain/testing/must.ts';
import { buildApp, type App } from '#server/app.ts';
import { person } from '#server/fixtures/people.ts';
import { openTestServices } from '#server/fixtures/services.ts';
import { decodePosition } from '#server/position.ts';

let services: Services;
let app: App;
let url: string;
const images = [
  ...Array.from({ length: 4 }, () => newImage()),
  newImage({ filename: 'sunset.png', format: 'png', batch: 'evening' }),
  newImage({ user_id: 'somebody' }),
];
const mine = images.slice(0, 5).toReversed();

beforeAll(async () => {
  services = await openTestServices();
  await services.database.write((trx) => acceptImages(trx, services.topics, images));
  await services.database.write((trx) => advanceOffset(trx, services.topics.updates, 2, null, 17));
  app = await buildApp(services, { identify: async () => person('owner', 'uploader') });
  url = `${await app.listen()}/api/v1/tasks`;
});
afterAll(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

const list = async (query: string) => TaskPage.parse(await (await fetch(`${url}?${query}`)).json());
const post = async (path: string) => {
  const response = await fetch(`${url}/${path}`, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as Task & { code?: string } };
};
const ids = (tasks: { id: string }[]) => tasks.map(({ id }) => id);

test('tasks come newest first, page by page, with the position that the snapshot contains', async () => {
  const first = await list('limit=3');
  const second = await list(`limit=3&cursor=${first.next_cursor}`);
  expect(ids([...first.items, ...second.items])).toEqual(mine.map(({ task_id }) => task_id));
  expect(second.next_cursor).toBeNull();
  expect(decodePosition(first.position)).toEqual({ 2: 17 });
});

test.each([
  ['q=sunset', 1],
  ['format=png', 1],
  ['batch=evening', 1],
  ['status=queued', 5],
  ['status=queued,done&status=failed', 5],
  ['status=done', 0],
  ['worker=w1', 0],
  ['until=2020-01-01T00:00:00Z', 0],
  ['q=&status=', 5],
])('the filter %s finds %i', async (query, count) => {
  expect((await list(query)).items).toHaveLength(count);
});

test('a task comes with its story', async () => {
  const [image] = images;
  const task = TaskWithTimeline.parse(await (await fetch(`${url}/${image?.task_id}`)).json());
  expect(task).toMatchObject({ id: image?.task_id, image_id: image?.id, status: 'queued', run: 1 });
  expect(task.timeline).toMatchObject([{ type: 'task.queued', run: 1, derivatives: [], error: null }]);
});

test('a queued task can be cancelled but not retried, and one that failed retried once, however many ask', async () => {
  const task = images[1]?.task_id;
  expect(await post(`${task}/retry`)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await post(`${task}/cancel`)).toMatchObject({ status: 202, body: { id: task, status: 'queued' } });
  const promised = await services.database.read((trx) => takeOutbox(trx, 1000));
  expect(promised.map(({ value }) => JSON.parse(must(value)).type)).toEqual(
    expect.arrayContaining(['task.cancelled', 'worker.cancel']),
  );

  const fail = services.database.write((trx) =>
    trx.updateTable('tasks').set({ status: 'failed' }).where('id', '=', `${task}`).execute(),
  );
  await fail;
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(`${task}/retry`)));
  expect(answers.filter(({ status }) => status === 202)).toMatchObject([
    { body: { id: task, status: 'queued', run: 2 } },
  ]);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});
