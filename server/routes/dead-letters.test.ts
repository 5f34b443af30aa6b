import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { keepDeadLetter, previewed, type NewDeadLetter } from '#core/database/dead-letters.ts';
import { acceptImages, type NewImage } from '#core/database/images.ts';
import { findTask } from '#core/database/tasks.ts';
import { newImage } from '#core/database/testing/folder.ts';
import { DeadLetterDetails, DeadLetterPage, type DeadLetter } from '#core/domain/api.ts';
import { ProcessingTask } from '#core/domain/events.ts';
import { must } from '#core/domain/testing/must.ts';
import type { TaskStatus } from '#core/domain/task.ts';
import type { Services } from '#core/services.ts';
import { buildApp, type App } from '#server/app.ts';
import { messagesOf } from '#server/fixtures/log.ts';
import { asOwner } from '#server/fixtures/people.ts';
import { openTestServices } from '#server/fixtures/services.ts';
import { startRelay } from '#server/relay.ts';

let services: Services;
let app: App;
let url: string;
let kept = 0;

beforeEach(async () => {
  services = await openTestServices();
  app = await buildApp(services, { identify: asOwner });
  url = `${await app.listen()}/api/v1/dead-letters`;
});
afterEach(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

/** Another dead letter of `image.processing`. */
async function bury(changes: Partial<NewDeadLetter> = {}): Promise<string> {
  const id = randomUUID();
  kept += 1;
  const letter: NewDeadLetter = {
    id,
    topic: services.topics.processing,
    partition: 1,
    offset: kept,
    group_name: 'image-processing',
    dlq_partition: 0,
    dlq_offset: kept,
    key: 'k',
    value: Buffer.from('{'),
    headers: JSON.stringify({ traceparent: '00-1', 'dlq-reason': 'malformed' }),
    reason: 'malformed',
    error: 'malformed_message: The message is not JSON.',
    attempts: 0,
    redrives: 0,
    task_id: null,
    user_id: null,
    at: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
  await services.database.write((trx) => keepDeadLetter(trx, letter));
  return id;
}

async function list(query = ''): Promise<{ items: DeadLetter[]; next_cursor: string | null }> {
  return DeadLetterPage.parse(await (await fetch(`${url}?${query}`)).json());
}

async function read(id: string): Promise<DeadLetterDetails> {
  return DeadLetterDetails.parse(await (await fetch(`${url}/${id}`)).json());
}

async function post(id: string, action: 'redrive' | 'discard') {
  const response = await fetch(`${url}/${id}/${action}`, { method: 'POST' });
  return {
    status: response.status,
    body: (await response.json()) as DeadLetterDetails & { code: string; detail: string },
  };
}

/** What the topic holds once all promises are published. */
async function published(topic: string) {
  const relay = startRelay(services);
  await expect.poll(async () => (await promises()).length).toBe(0);
  await relay.stop();
  return messagesOf(services.broker, topic);
}

function promises() {
  return services.database.read((trx) => trx.selectFrom('outbox').selectAll().execute());
}

/** A task in that state, and the work that died of it. */
async function deadWork(status: TaskStatus, changes: object = {}): Promise<{ image: NewImage; value: Buffer }> {
  const image = newImage();
  await services.database.write(async (trx) => {
    await acceptImages(trx, services.topics, [image]);
    await trx.updateTable('tasks').set({ status }).where('id', '=', image.task_id).execute();
  });
  const [work] = await services.database.read((trx) =>
    trx.selectFrom('outbox').selectAll().where('key', '=', image.task_id).execute(),
  );
  const value = { ...(JSON.parse(must(must(work).value)) as object), invented: 'later', ...changes };
  return { image, value: Buffer.from(JSON.stringify(value)) };
}

const taskOf = ({ task_id }: NewImage) => services.database.read((trx) => findTask(trx, task_id));

test('dead letters come newest first, page by page, narrowed by topic, state and reason', async () => {
  const ids = [
    await bury(),
    await bury({ topic: services.topics.updates }),
    await bury({ reason: 'processing_failed' }),
  ];
  const first = await list('limit=2');
  const second = await list(`limit=2&cursor=${first.next_cursor}`);
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
  expect(second.next_cursor).toBeNull();
  await post(must(ids[0]), 'discard');
  for (const [query, found] of [
    [`topic=${services.topics.updates}`, [ids[1]]],
    ['reason=processing_failed', [ids[2]]],
    ['status=discarded', [ids[0]]],
    ['status=open,redriven&reason=malformed', [ids[1]]],
  ] as const) {
    expect([query, (await list(query)).items.map(({ id }) => id)]).toEqual([query, found]);
  }
  expect((await fetch(`${url}?cursor=nonsense`)).status).toBe(400);
  expect((await fetch(`${url}/${randomUUID()}`)).status).toBe(404);
});

test('a value is text where it is text, base64 where it is not, and only the beginning of a large one is listed', async () => {
  const junk = Buffer.alloc(previewed.bytes + 1, '€');
  const id = await bury({ value: junk, key: 'k'.repeat(2000) });
  await bury({ value: Uint8Array.of(0xff, 0) });
  await bury({ value: null });
  const [none, bytes, text] = (await list()).items;
  expect(none).toMatchObject({ value: null, encoding: 'utf-8', bytes: 0, truncated: false });
  expect(bytes).toMatchObject({ value: '/wA=', encoding: 'base64', bytes: 2, truncated: false });
  expect(text).toMatchObject({ encoding: 'utf-8', bytes: junk.length, truncated: true, key: 'k'.repeat(1000) });
  expect(text?.value).toBe('€'.repeat(Math.floor(previewed.bytes / 3)));
  const all = await read(id);
  expect(all).toMatchObject({ truncated: false, key: 'k'.repeat(2000), headers: { traceparent: '00-1' } });
  expect(Buffer.byteLength(must(all.value))).toBeGreaterThan(previewed.bytes);
});

test.each<[string, Uint8Array | null]>([
  ['bytes that are no text', Uint8Array.of(0xff, 0, 0xc3, 0x28)],
  ['no value', null],
  ['an empty value', new Uint8Array()],
])('a message of %s goes back as it was, with its headers, and one that counts', async (_, value) => {
  const id = await bury({ value, redrives: 1 });
  expect((await post(id, 'redrive')).body).toMatchObject({ status: 'redriven', acted_by: 'owner' });
  const [message] = await published(services.topics.processing);
  expect(message).toMatchObject({ key: 'k', value, headers: { traceparent: '00-1', redrives: '2' } });
  expect(Object.keys(must(message).headers)).toEqual(['traceparent', 'redrives']);
});

test('of twenty who redrive at once one does it, and nobody can discard it then', async () => {
  const id = await bury();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(id, 'redrive')));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status, body }) => status === 409 && body.code === 'conflict')).toHaveLength(19);
  expect(await promises()).toHaveLength(1);
  const late = await post(id, 'discard');
  expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(late.body.detail).toMatch(/^This dead letter was redriven by owner at 2/);
});

test('work of a failed task starts the next run of the task, with its own key, id and fields', async () => {
  const { image, value } = await deadWork('failed');
  const id = await bury({ key: image.task_id, value });
  expect((await post(id, 'redrive')).status).toBe(200);
  expect(await taskOf(image)).toMatchObject({ run: 2, status: 'queued', attempts: 0, error_code: null });
  const works = await published(services.topics.processing);
  expect(works.map(({ key }) => key)).toEqual([image.task_id, image.task_id]);
  const [before, after] = works.map((work) => JSON.parse(Buffer.from(must(work.value)).toString()) as ProcessingTask);
  expect(after).toEqual({ ...before, run: 2, invented: 'later' });
  const told = (await messagesOf(services.broker, services.topics.updates)).at(-1);
  expect(JSON.parse(Buffer.from(must(must(told).value)).toString())).toMatchObject({ type: 'task.queued', run: 2 });
});

test.each(['queued', 'running', 'done', 'cancelled'] as const)(
  'work of a task that is %s is not redriven, and stays open',
  async (status) => {
    const { image, value } = await deadWork(status);
    const id = await bury({ key: image.task_id, value });
    const promised = (await promises()).length;
    const { status: answered, body } = await post(id, 'redrive');
    expect([answered, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toContain(`is ${status}, not failed`);
    expect(await read(id)).toMatchObject({ status: 'open', acted_by: null });
    expect(await promises()).toHaveLength(promised);
  },
);

test('work in the name of somebody else starts no run of a task: it goes back as it was', async () => {
  const { image, value } = await deadWork('failed', { user_id: 'mallory' });
  expect(ProcessingTask.safeParse(JSON.parse(value.toString())).success).toBe(true);
  expect((await post(await bury({ key: image.task_id, value }), 'redrive')).status).toBe(200);
  expect(await taskOf(image)).toMatchObject({ run: 1, status: 'failed' });
  expect(must((await published(services.topics.processing)).at(-1)).value).toEqual(new Uint8Array(value));
});

test('a message that has died after three redrives is not redriven again, but can be discarded', async () => {
  const id = await bury({ redrives: 3 });
  expect(await post(id, 'redrive')).toMatchObject({ status: 409, body: { code: 'redrive_limit' } });
  expect(await promises()).toEqual([]);
  expect(await post(id, 'discard')).toMatchObject({ status: 200, body: { status: 'discarded', acted_by: 'owner' } });
});

test('there is no way back to a topic that nobody reads', async () => {
  for (const topic of ['renamed', deadLetterTopic(services.topics.processing), services.topics.workerControl]) {
    expect(await post(await bury({ topic }), 'redrive')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  }
  expect(await promises()).toEqual([]);
});
