import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageBroker } from '#core/broker/broker.ts';
import { addToOutbox, outboxDepth } from '#core/database/outbox.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { around } from './fixtures/around.ts';
import { messagesOf } from './fixtures/log.ts';
import { openTestServices } from './fixtures/services.ts';
import { startRelay, type Relay } from './relay.ts';

let services: Services;
const relays: Relay[] = [];

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await services[Symbol.asyncDispose]();
});

function relay(broker: Partial<MessageBroker> = {}, ttlMs?: number): Relay {
  const started = startRelay({ ...services, broker: around(services.broker, broker) }, ttlMs);
  relays.push(started);
  return started;
}

const down = () => Promise.reject(new DarkroomError('broker_unavailable', 'The broker is away.'));

async function promise(n: number, topics = [services.topics.updates]): Promise<void> {
  const entries = topics.map((topic) => ({ topic, key: `key-${n % 3}`, event: { id: String(n), type: 'test' } }));
  await services.database.write((trx) => addToOutbox(trx, entries));
}

const depth = () => services.database.read((trx) => outboxDepth(trx));
const drained = () => vi.waitFor(async () => expect(await depth()).toBe(0), { timeout: 10_000, interval: 5 });

async function published(topic = services.topics.updates): Promise<{ key: string | null; id: number }[]> {
  const messages = await messagesOf(services.broker, topic);
  return messages.map(({ key, value }) => ({ key, id: Number(JSON.parse(Buffer.from(value ?? []).toString()).id) }));
}

/** Ids by key, as they stand in the log. */
async function order(topic?: string): Promise<number[][]> {
  return [...Map.groupBy(await published(topic), ({ key }) => key).values()].map((group) => group.map(({ id }) => id));
}

const rising = (ids: number[]) => ids.toSorted((a, b) => a - b);

test('what a transaction promised is published, in order, and then forgotten', async () => {
  const { updates, events, processing } = services.topics;
  await promise(0, [processing, updates, events]);
  relay();
  for (let n = 1; n < 300; n += 1) await promise(n, n % 2 ? [updates, processing] : [events, updates]);
  await drained();
  for (const topic of [updates, events, processing])
    for (const ids of await order(topic)) expect(ids).toEqual(rising(ids));
  expect(await published()).toHaveLength(300);
  expect((await published(events)).length + (await published(processing)).length).toBe(301);
});

test('a backlog of thousands goes out in batches', async () => {
  const sizes: number[] = [];
  const entries = Array.from({ length: 2500 }, (_, n) => ({
    topic: services.topics.updates,
    key: 'k',
    event: { id: String(n), type: 't' },
  }));
  await services.database.write((trx) => addToOutbox(trx, entries));
  relay({
    publish(topic, messages) {
      sizes.push(messages.length);
      return services.broker.publish(topic, messages);
    },
  });
  await drained();
  expect(sizes).toEqual([1000, 1000, 500]);
  expect((await published()).map(({ id }) => id)).toEqual(entries.map((_, n) => n));
});

test('what is told of a task is in the log before its work', async () => {
  const calls: string[] = [];
  await promise(0, [services.topics.processing, services.topics.updates]);
  relay({
    async publish(topic, messages) {
      const appended = await services.broker.publish(topic, messages);
      calls.push(topic);
      return appended;
    },
  });
  await drained();
  expect(calls).toEqual([services.topics.updates, services.topics.processing]);
});

test('while the broker is down promises wait and commits go on; when it is back all are published in order', async () => {
  let isDown = true;
  let refused = 0;
  const running = relay({
    publish(topic, messages) {
      if (!isDown) return services.broker.publish(topic, messages);
      refused += 1;
      return down();
    },
  });
  for (let n = 0; n < 50; n += 1) await promise(n);
  await vi.waitFor(() => expect(refused).toBeGreaterThan(2), { timeout: 5000 });
  expect(running.health()).toEqual({ ok: false, detail: 'The broker is away.' });
  expect(await depth()).toBe(50);
  isDown = false;
  await drained();
  await vi.waitFor(() => expect(running.health().ok).toBe(true));
  expect(await published()).toHaveLength(50);
  for (const ids of await order()) expect(ids).toEqual(rising(ids));
});

test('a batch whose publishing is not confirmed is published again, with the same ids and in the same order', async () => {
  let confirms = false;
  for (let n = 0; n < 20; n += 1) await promise(n);
  relay({
    async publish(topic, messages) {
      const appended = await services.broker.publish(topic, messages);
      if (confirms) return appended;
      confirms = true;
      return down();
    },
  });
  await drained();
  const ids = (await order()).flat();
  expect(ids).toHaveLength(40);
  for (const group of await order()) {
    const once = rising([...new Set(group)]);
    expect(group).toEqual([...once, ...once]);
  }
});

test('a relay that dies between publishing and forgetting is followed by another, which publishes again', async () => {
  const { promise: never } = Promise.withResolvers<never>();
  let dead = false;
  const database = around(services.database, { write: (work) => (dead ? never : services.database.write(work)) });
  for (let n = 0; n < 5; n += 1) await promise(n);
  startRelay(
    {
      ...services,
      database,
      broker: around(services.broker, {
        async publish(topic, messages) {
          const appended = await services.broker.publish(topic, messages);
          dead = true;
          return appended;
        },
      }),
    },
    200,
  );
  await vi.waitFor(async () => expect(await published()).toHaveLength(5));
  relay({}, 200);
  await drained();
  expect(rising((await published()).map(({ id }) => id))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
});

test('where one topic cannot be published, the others are not published twice and nothing later of it comes first', async () => {
  const { updates, events, processing } = services.topics;
  let isDown = true;
  let refused = 0;
  relay({
    publish(topic, messages) {
      if (topic !== events || !isDown) return services.broker.publish(topic, messages);
      refused += 1;
      return down();
    },
  });
  for (let n = 0; n < 30; n += 1) await promise(n, [processing, updates, events]);
  await vi.waitFor(() => expect(refused).toBeGreaterThan(2), { timeout: 5000 });
  expect(await published(processing)).toHaveLength(0);
  isDown = false;
  await drained();
  for (const topic of [updates, events, processing]) {
    expect(await published(topic)).toHaveLength(30);
    for (const ids of await order(topic)) expect(ids).toEqual(rising(ids));
  }
});

test('of several relays one publishes, and each message once', async () => {
  for (let n = 0; n < 3; n += 1) relay();
  for (let n = 0; n < 100; n += 1) await promise(n);
  await drained();
  expect(await published()).toHaveLength(100);
});

test('a relay that stops gives its lease back at once', async () => {
  const first = relay();
  await promise(0);
  await drained();
  await first.stop();
  relay();
  await promise(1);
  await drained();
  expect(await published()).toHaveLength(2);
});

test('it reads when something commits, and not again until something does', async () => {
  let reads = 0;
  let commit = () => {};
  const { database } = services;
  const watched = around(database, {
    read(work) {
      reads += 1;
      return database.read(work);
    },
    onCommit(listener) {
      commit = listener;
      return () => {};
    },
  });
  relays.push(startRelay({ ...services, database: watched }));
  await vi.waitFor(() => expect(reads).toBe(1));
  await promise(0);
  expect(reads).toBe(1);
  commit();
  // The promise, the same again now that it has the lease, and that there are no more.
  await vi.waitFor(() => expect(reads).toBe(1 + 3));
  await promise(1);
  expect(reads).toBe(1 + 3);
  commit();
  await vi.waitFor(() => expect(reads).toBe(1 + 3 + 2));
  expect(await published()).toHaveLength(2);
});
