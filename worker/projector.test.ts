import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Received } from '#core/broker/broker.ts';
import type { Delivery } from '#core/consumer/consumer.ts';
import type { Database } from '#core/database/database.ts';
import { acceptImages } from '#core/database/images.ts';
import { projectedOffsets } from '#core/database/offsets.ts';
import { stateOf } from '#core/database/task-row.ts';
import { countsOfEach } from '#core/database/task-counts.ts';
import { requestRetry, timelineOf } from '#core/database/tasks.ts';
import { newDatabase, newImage, topics } from '#core/database/testing/folder.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { applyUpdate, queuedState } from '#core/domain/task.ts';
import { anyUpdate } from '#core/domain/testing/update-log.ts';
import { Projector } from './projector.ts';
import { must } from '#core/domain/testing/must.ts';

const images = ['anna', 'ben', 'anna'].map((user_id) => newImage({ user_id }));
const identities = images.map(({ id, task_id, user_id }) => ({ image_id: id, task_id, user_id }));
const gone = { image_id: crypto.randomUUID(), task_id: crypto.randomUUID(), user_id: 'anna' };
const task = must(identities[0]);
const stolen = { ...task, user_id: 'mallory' };

const updates = fc.array(fc.oneof(...[...identities, ...identities, gone, stolen].map(anyUpdate)), { maxLength: 60 });

/** The log tells of the run before it, too, and of one after it that nobody has asked for. */
const presentRun = 2;

function isForged({ user_id, task_id, run }: TaskUpdate): boolean {
  return user_id === 'mallory' || (run > presentRun && task_id !== gone.task_id);
}

type Fault = 'none' | 'before the commit' | 'after the commit';
const steps = fc.infiniteStream(
  fc.record({
    size: fc.integer({ min: 1, max: 15 }),
    again: fc.integer({ min: 0, max: 5 }),
    fault: fc.constantFrom<Fault>('none', 'none', 'before the commit', 'after the commit'),
  }),
);

test('any batches, redeliveries and crashes leave what one batch leaves, which is what applyUpdate says', async () => {
  const [once, broken] = [await newDatabase(), await newDatabase()];
  await fc.assert(
    fc.asyncProperty(updates, steps, async (log, stream) => {
      const deliveries = log.map(deliver);
      for (const database of [once, broken]) await startAnew(database, presentRun);
      if (deliveries.length > 0) await newProjector(once).fold(deliveries);

      let at = 0;
      let projector = newProjector(broken);
      while (at < deliveries.length) {
        const { size, again, fault } = stream.next().value;
        const batch = deliveries.slice(Math.max(0, at - again), at + size);
        const crashed = await foldWith(fault, broken, projector, batch);
        const reached = (await broken.read((trx) => projectedOffsets(trx, topics.updates)))[0] ?? null;
        at = deliveries.filter(({ message }) => message.offset < (reached ?? 0)).length;
        if (crashed) projector = newProjector(broken, reached);
      }

      const result = await dump(broken);
      expect(result).toEqual(await dump(once));
      for (const [n, { task_id, user_id }] of identities.entries()) {
        const own = log.filter(
          (update) => update.task_id === task_id && !isForged(update) && update.user_id === user_id,
        );
        const expected = own.reduce(applyUpdate, queuedState(presentRun, must(images[n]).created_at));
        expect(stateOf(must(result.tasks.find(({ id }) => id === task_id)))).toEqual(expected);
      }
      expect(result.counted).toEqual(result.counts);
      expect(result.dead).toHaveLength(log.filter(isForged).length);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('of two that hold the same place, the second fails with assignment_lost and changes nothing', async () => {
  const database = await databaseWithTasks();
  const [first, second] = [newProjector(database), newProjector(database)];
  const batch = [started(1)].map(deliver);
  await first.fold(batch);
  const before = await dump(database);
  await expect(second.fold(batch)).rejects.toMatchObject({ code: 'assignment_lost' });
  expect(await dump(database)).toEqual(before);

  second.begin(0, 1);
  await second.fold([started(1), { ...started(1), changes: { placeholder: 'aaaa' } }].map(deliver));
  expect((await dump(database)).tasks[0]).toMatchObject({ status: 'running', placeholder: 'aaaa' });
});

test('a new task is counted once, however often the log says that it was queued', async () => {
  const database = await databaseWithTasks();
  const queued = must((await database.read((trx) => timelineOf(trx, task.task_id)))[0]);
  await newProjector(database).fold([queued, queued].map(deliver));
  await newProjector(database, 4).fold([deliver(queued, 2)]);
  const created = (await dump(database)).buckets.filter(({ metric, step }) => metric === 'created' && step === 3600);
  expect(created.map(({ dimension, n }) => [dimension, n])).toEqual([
    ['', 1],
    ['format:jpeg', 1],
  ]);
});

test('a retry that the log tells of changes nothing that the server has not written', async () => {
  const database = await databaseWithTasks();
  const { task_id } = task;
  const projector = newProjector(database);
  const told = async () => must((await database.read((trx) => timelineOf(trx, task_id))).at(-1));
  const failed: TaskUpdate = { ...started(1), type: 'task.failed', changes: { status: 'failed' } };
  await projector.fold([await told(), failed].map(deliver));
  const at = '2026-03-01T00:00:00.000Z';
  await database.write((trx) => requestRetry(trx, topics, { taskId: task_id, at, requestedBy: 'anna' }));
  const before = await dump(database);
  await projector.fold([deliver(await told(), 2)]);
  const tasks = before.tasks.map((task) => (task.id === task_id ? { ...task, counted_run: 2 } : task));
  expect(await dump(database)).toEqual({ ...before, tasks });
});

test('ends are told to others, and waiting and running times are measured', async () => {
  const database = await databaseWithTasks();
  const { task_id, created_at } = must(images[0]);
  const at = (ms: number) => new Date(Date.parse(created_at) + ms).toISOString();
  const done: TaskUpdate = {
    ...started(1),
    type: 'task.done',
    changes: {
      status: 'done',
      finished_at: at(3000),
      derivatives: [{ name: 'large', format: 'webp', width: 2, height: 1, bytes: 70 }],
    },
  };
  const start = { ...started(1), changes: { status: 'running' as const, started_at: at(1000) } };
  await newProjector(database).fold([start, done].map(deliver));
  const { events, buckets, latency } = await dump(database);
  expect(events).toEqual([expect.objectContaining({ type: 'task.completed', action: 'completed', task_id })]);
  expect(must(events[0]).task_data).toMatchObject({ status: 'done', derivatives: [{ name: 'large', bytes: 70 }] });
  const hour = buckets.filter(({ step }) => step === 3600).map(({ metric, dimension, n }) => [metric, dimension, n]);
  expect(hour).toEqual([
    ['bytes_out', '', 70],
    ['done', '', 1],
    ['done', 'format:jpeg', 1],
    ['started', '', 1],
  ]);
  expect(latency.filter(({ step }) => step === 3600).map(({ metric }) => metric)).toEqual(['run', 'wait']);
  const countsOfPerson = await database.read((trx) => countsOfEach(trx, ['anna']));
  expect(countsOfPerson('anna')).toMatchObject({ done: 1, queued: 1, running: 0 });
});

function started(attempt: number): TaskUpdate {
  return {
    ...task,
    id: crypto.randomUUID(),
    type: 'task.started',
    timestamp: '2026-02-01T00:00:00.000Z',
    version: 1,
    batch: null,
    run: 1,
    attempt,
    worker: 'worker-a',
    changes: { status: 'running', started_at: '2026-02-01T00:00:00.000Z' },
  };
}

/** Offsets as Kafka gives them: rising, with gaps. */
function deliver(value: TaskUpdate, n: number): Delivery<TaskUpdate> {
  const message: Received = {
    topic: topics.updates,
    partition: 0,
    offset: 3 * n,
    timestamp: 0,
    key: value.user_id,
    value: Buffer.from(JSON.stringify(value)),
    headers: {},
  };
  return { value, message };
}

async function databaseWithTasks(): Promise<Database> {
  const database = await newDatabase();
  await startAnew(database);
  return database;
}

/** Empties the database but for the tasks of `images`, which are in that run. */
async function startAnew(database: Database, run = 1): Promise<void> {
  const tables = [
    'tasks',
    'images',
    'blobs',
    'timeline',
    'outbox',
    'task_counts',
    'projection_offsets',
    'buckets',
    'bucket_latency',
  ] as const;
  await database.write(async (trx) => {
    for (const table of tables) await trx.deleteFrom(table).execute();
    await sql`INSERT INTO task_search (task_search) VALUES ('delete-all')`.execute(trx);
    await acceptImages(trx, topics, images);
    await trx.updateTable('tasks').set({ run }).execute();
  });
}

function newProjector(database: Database, reached: number | null = null): Projector {
  const projector = new Projector(database, topics, 'task-projection');
  projector.begin(0, reached);
  return projector;
}

/** Whether the process died of it. */
async function foldWith(
  fault: Fault,
  database: Database,
  projector: Projector,
  batch: Delivery<TaskUpdate>[],
): Promise<boolean> {
  const dying = new Error('the process died');
  database.write = async (work) => {
    const result = await Object.getPrototypeOf(database).write.call(
      database,
      async (trx: Parameters<typeof work>[0]) => {
        const value = await work(trx);
        if (fault === 'before the commit') throw dying;
        return value;
      },
    );
    if (fault === 'after the commit') throw dying;
    return result;
  };
  const died = await projector.fold(batch).then(
    () => false,
    (error: unknown) => error === dying,
  );
  delete (database as Partial<Database>).write;
  return died;
}

/** All that folding writes, without what is different each time. */
async function dump(database: Database) {
  return database.read(async (trx) => {
    const outbox = await trx
      .selectFrom('outbox')
      .select(['topic', 'value', 'bytes', 'headers'])
      .orderBy('seq')
      .execute();
    const said = (topic: string) =>
      outbox
        .filter((row) => row.topic === topic)
        .map(({ value }) => JSON.parse(must(value)) as Record<string, unknown>);
    const byKind = ({ user_id, status, n }: { user_id: string; status: string; n: number }) =>
      `${user_id} ${status} ${n}`;
    const tasks = await trx.selectFrom('tasks').selectAll().orderBy('seq').execute();
    const counts = await trx.selectFrom('task_counts').selectAll().where('n', '!=', 0).execute();
    const counted = await trx
      .selectFrom('tasks')
      .select((row) => ['user_id', 'status', row.fn.countAll<number>().as('n')])
      .groupBy(['user_id', 'status'])
      .execute();
    return {
      tasks,
      counts: counts.map(byKind).toSorted(),
      counted: counted.map(byKind).toSorted(),
      timeline: await trx
        .selectFrom('timeline')
        .select(['task_id', 'update_id'])
        .orderBy('seq')
        .execute()
        .then((rows) => rows.filter((_, n) => n >= images.length)),
      buckets: await trx
        .selectFrom('buckets')
        .selectAll()
        .orderBy('metric')
        .orderBy('dimension')
        .orderBy('step')
        .orderBy('at')
        .execute(),
      latency: await trx
        .selectFrom('bucket_latency')
        .selectAll()
        .orderBy('metric')
        .orderBy('step')
        .orderBy('at')
        .execute(),
      events: said(topics.events)
        .filter(({ type }) => type !== 'task.created')
        .map((event): Record<string, unknown> => ({ ...event, id: null })),
      dead: outbox.filter(({ topic }) => topic.endsWith('.dlq')),
    };
  });
}
