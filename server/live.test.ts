import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SubscribeAnswer } from '#core/domain/live.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import type { Services } from '#core/services.ts';
import { connect as connectTo, endOfLog, listen, publishUpdates, serveLive, type Client } from './live-fixtures.ts';
import { around } from './fixtures/around.ts';
import { openTestServices } from './fixtures/services.ts';
import { taskId, updateOf } from './fixtures/updates.ts';
import { decodePosition, encodePosition } from './position.ts';

let services: Services;
const clients: Client[] = [];

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await services[Symbol.asyncDispose]();
});

async function connect(url: string, transports?: string[]): Promise<Client> {
  const client = await connectTo(url, transports && { transports });
  clients.push(client);
  return client;
}

const ids = (updates: TaskUpdate[]) => updates.map(({ id }) => id);

/** The order in which each task's updates came. */
const byTask = (updates: TaskUpdate[]) =>
  new Map(
    Map.groupBy(updates, ({ task_id }) => task_id)
      .entries()
      .map(([task, group]) => [task, ids(group)]),
  );

/** Deterministic numbers for a seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'a snapshot and the stream after it hold every update once, while many are published (seed %i)',
  async (seed) => {
    await using server = await serveLive(services);
    const random = randomOf(seed);
    const published: { update: TaskUpdate; partition: number; offset: number }[] = [];
    const publishing = (async () => {
      for (let burst = 0; burst < 60; burst += 1) {
        const updates = Array.from({ length: 1 + random(20) }, () => updateOf({ task: random(40) }));
        published.push(...((await publishUpdates(services, updates)) as typeof published));
        if (random(2) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();

    const readers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = await connect(server.url, random(3) === 0 ? ['polling'] : ['websocket']);
        const since = await endOfLog(services);
        return { since, ...(await listen(client, 'all', since)) };
      }),
    );
    await publishing;

    for (const { since, heard, answer } of readers) {
      expect(answer).toEqual({ position: encodePosition(since) });
      const missing = published.filter(({ partition, offset }) => offset >= (since[partition] ?? 0));
      await vi.waitFor(() => expect(heard.updates.length).toBeGreaterThanOrEqual(missing.length));
      expect(ids(heard.updates).toSorted()).toEqual(ids(missing.map(({ update }) => update)).toSorted());
      expect(byTask(heard.updates)).toEqual(byTask(missing.map(({ update }) => update)));
      expect(decodePosition(heard.position)).toEqual(await endOfLog(services));
    }
  },
);

test('a reader that comes back goes on from its last position, with nothing missing and nothing twice', async () => {
  await using server = await serveLive(services);
  const random = randomOf(7);
  const published: TaskUpdate[] = [];
  const heard: TaskUpdate[] = [];
  let position = await endOfLog(services);
  for (let visit = 0; visit < 10; visit += 1) {
    const client = await connect(server.url);
    client.on('tasks', (event) => {
      heard.push(...event.updates);
      position = decodePosition(event.position);
    });
    await client.emitWithAck('subscribe', { scope: 'all', since: encodePosition(position) });
    for (let burst = 0; burst < 10; burst += 1) {
      const updates = Array.from({ length: 1 + random(5) }, () => updateOf({ task: random(9) }));
      published.push(...updates);
      await publishUpdates(services, updates);
    }
    if (visit < 9) client.close();
  }
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(published.length));
  expect(ids(heard).toSorted()).toEqual(ids(published).toSorted());
});

test('a snapshot that is ahead of this server is not told again what it contains', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { broker } = services;
  const tail: typeof broker.tail = (options) => {
    const real = broker.tail(options);
    const late = async function* () {
      await gate;
      yield* real;
    };
    return { ready: real.ready, [Symbol.asyncIterator]: late };
  };
  const behind: Services = { ...services, broker: around(broker, { tail }) };
  await using server = await serveLive(behind);
  const client = await connect(server.url);
  await client.emitWithAck('subscribe', { scope: { task: taskId(99) } });
  await publishUpdates(services, [updateOf({ task: 1 }), updateOf({ task: 2 })]);
  const { heard, answer } = await listen(client, 'all', await endOfLog(services));
  const [after] = await publishUpdates(services, [updateOf({ task: 1 })]);
  release();
  await vi.waitFor(() => expect(heard.updates.length).toBeGreaterThan(0));
  expect(answer).toHaveProperty('position');
  expect(ids(heard.updates)).toEqual([after?.update.id]);
});

test('where the ring does not reach back the answer is resync', async () => {
  const start = await endOfLog(services);
  await using server = await serveLive(services, { entries: 10, bytes: 1 << 20 });
  const client = await connect(server.url);
  const { heard } = await listen(client);
  await publishUpdates(
    services,
    Array.from({ length: 50 }, () => updateOf({ task: 1 })),
  );
  await vi.waitFor(() => expect(heard.updates).toHaveLength(50));
  const subscribe = (since: string): Promise<SubscribeAnswer> =>
    client.emitWithAck('subscribe', { scope: 'mine', since });
  expect(await subscribe(encodePosition(start))).toEqual({ resync: true });
  expect(await subscribe(heard.position)).toEqual({ position: heard.position });
});

test('a position of a log that is no more, or of no log at all, is answered with resync', async () => {
  await using server = await serveLive(services);
  const client = await connect(server.url);
  for (const since of [encodePosition({ 0: 1_000_000 }), encodePosition({ 77: 1 }), 'tampered', '%%%']) {
    expect(await client.emitWithAck('subscribe', { scope: 'mine', since })).toEqual({ resync: true });
  }
});

test('each scope gets its own updates, deletions too, until it is unsubscribed', async () => {
  await using server = await serveLive(services);
  const client = await connect(server.url);
  const [all, mine, task, batch] = await Promise.all(
    (['all', 'mine', { task: taskId(1) }, { batch: 'b' }] as const).map((scope) => listen(client, scope)),
  );
  const first = updateOf({ task: 1, batch: 'b' });
  const second = updateOf({ task: 2, batch: 'b', user_id: 'somebody' });
  const gone: TaskUpdate = { ...updateOf({ task: 1 }), type: 'task.deleted' };
  for (const update of [first, second, gone]) await publishUpdates(services, [update]);
  await vi.waitFor(() => expect(all?.heard.updates).toHaveLength(3));
  await vi.waitFor(() => expect(ids(task?.heard.updates ?? [])).toEqual([first.id, gone.id]));
  expect(ids(mine?.heard.updates ?? []).toSorted()).toEqual([first.id, gone.id].toSorted());
  expect(ids(batch?.heard.updates ?? []).toSorted()).toEqual([first.id, second.id].toSorted());

  await client.timeout(1000).emitWithAck('unsubscribe', { scope: { task: taskId(1) } });
  await publishUpdates(services, [updateOf({ task: 1 })]);
  await vi.waitFor(() => expect(all?.heard.updates).toHaveLength(4));
  expect(task?.heard.updates).toHaveLength(2);
});

test('a message that is no update is left out and holds nothing up', async () => {
  await using server = await serveLive(services);
  const { heard } = await listen(await connect(server.url));
  const { broker, topics } = services;
  await broker.publish(topics.updates, [{ key: taskId(1), value: Buffer.from('{"type":"nonsense"}'), headers: {} }]);
  const update = updateOf({ task: 1 });
  await publishUpdates(services, [update]);
  await vi.waitFor(() => expect(heard.updates.length).toBeGreaterThan(0));
  expect(ids(heard.updates)).toEqual([update.id]);
  expect(decodePosition(heard.position)).toEqual(await endOfLog(services));
});

test.each([
  ['no scope', {}],
  ['a scope there is not', { scope: 'everything' }],
  ['a task that is no id', { scope: { task: '1' } }],
  ['a position that is no text', { scope: 'mine', since: { $gt: '' } }],
  ['nothing', null],
])('a subscription with %s is refused', async (_what, request) => {
  await using server = await serveLive(services);
  const client = await connect(server.url);
  const answer = await client.emitWithAck('subscribe', request as never);
  expect(answer).toMatchObject({ error: { code: 'bad_request' } });
});

test('nothing that a client sends brings the server down', async () => {
  await using server = await serveLive(services);
  const client = await connect(server.url);
  const send = client.emit.bind(client) as (event: string, ...values: unknown[]) => void;
  send('subscribe');
  send('subscribe', { scope: 'mine' });
  send('subscribe', { scope: 'mine' }, 'no function');
  send('unsubscribe');
  send('unsubscribe', null, 1);
  send('unsubscribe', { scope: { task: 5 } });
  send('unknown', { anything: true });
  expect(await client.emitWithAck('subscribe', { scope: 'mine' })).toHaveProperty('position');
});

test('a connection takes fifty subscriptions, and the same one again any time', async () => {
  await using server = await serveLive(services);
  const client = await connect(server.url);
  const subscribe = (n: number) => client.emitWithAck('subscribe', { scope: { batch: String(n) } });
  for (let n = 0; n < 50; n += 1) expect(await subscribe(n)).toHaveProperty('position');
  expect(await subscribe(50)).toMatchObject({ error: { code: 'bad_request' } });
  expect(await subscribe(7)).toHaveProperty('position');
});
