import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Tail, TailOptions } from '#core/broker/broker.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { around } from './fixtures/around.ts';
import { openTestServices } from './fixtures/services.ts';
import { updateOf } from './fixtures/updates.ts';
import { connect, endOfLog, listen, publishUpdates, serveLive, type Client } from './live-fixtures.ts';

let services: Services;
const clients: Client[] = [];

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await services[Symbol.asyncDispose]();
});

/** Services whose broker can be taken away from its readers. */
function breakable() {
  const { broker, topics } = services;
  let isDown = false;
  let breakOff = Promise.withResolvers<never>();
  breakOff.promise.catch(() => {});
  /** Where a tail that begins anew finds itself, instead of where it asked for. */
  let elsewhere: Record<number, number> | null = null;

  const tail = (options: TailOptions): Tail => {
    if (isDown) return broken();
    const from = elsewhere && options.topics.includes(topics.updates) ? { [topics.updates]: elsewhere } : options.from;
    const real = broker.tail({ ...options, from });
    const { promise } = breakOff;
    const iterate = async function* () {
      const messages = real[Symbol.asyncIterator]();
      for (;;) {
        const next = await Promise.race([messages.next(), promise]);
        if (next.done) return;
        yield next.value;
      }
    };
    return { ready: real.ready, [Symbol.asyncIterator]: iterate };
  };

  return {
    services: { ...services, broker: around(broker, { tail }) },
    takeAway: () => {
      isDown = true;
      breakOff.reject(new DarkroomError('broker_unavailable', 'The broker is away.'));
    },
    bringBack: (at: Record<number, number> | null = null) => {
      breakOff = Promise.withResolvers<never>();
      breakOff.promise.catch(() => {});
      elsewhere = at;
      isDown = false;
    },
  };
}

function broken(): Tail {
  const ready = Promise.reject(new DarkroomError('broker_unavailable', 'The broker is away.'));
  ready.catch(() => {});
  return { ready, [Symbol.asyncIterator]: () => ({ next: () => ready }) };
}

async function join(url: string): Promise<Client> {
  const client = await connect(url);
  clients.push(client);
  return client;
}

const ids = (updates: TaskUpdate[]) => updates.map(({ id }) => id);

test('when the broker comes back, reading goes on where it was, with nothing missing and nothing twice', async () => {
  const { services: shaky, takeAway, bringBack } = breakable();
  await using server = await serveLive(shaky);
  const { heard } = await listen(await join(server.url));
  const published: TaskUpdate[] = [];
  for (let outage = 0; outage < 3; outage += 1) {
    const publish = async () => {
      const updates = Array.from({ length: 20 }, (_, task) => updateOf({ task }));
      published.push(...updates);
      await publishUpdates(services, updates);
    };
    await publish();
    takeAway();
    await vi.waitFor(() => expect(server.live.health()).toEqual({ ok: false, detail: 'The broker is away.' }));
    await publish();
    bringBack();
    await vi.waitFor(() => expect(heard.updates.length).toBeGreaterThanOrEqual(published.length), { timeout: 5000 });
    expect(server.live.health().ok).toBe(true);
  }
  expect(ids(heard.updates).toSorted()).toEqual(ids(published).toSorted());
});

test('when the log does not go on where it was left, every reader is told to take a new snapshot', async () => {
  const { services: shaky, takeAway, bringBack } = breakable();
  await using server = await serveLive(shaky);
  const client = await join(server.url);
  const resyncs = new Set();
  client.on('resync', ({ scope }) => resyncs.add(scope));
  await listen(client, 'all');
  await listen(client, 'mine');
  takeAway();
  await vi.waitFor(() => expect(server.live.health().ok).toBe(false));
  await publishUpdates(
    services,
    Array.from({ length: 50 }, (_, task) => updateOf({ task })),
  );
  bringBack(await endOfLog(services));
  await vi.waitFor(() => expect(resyncs).toEqual(new Set(['all', 'mine'])), { timeout: 5000 });

  const again = await listen(client, { batch: 'b' }, await endOfLog(services));
  expect(again.answer).toHaveProperty('position');
});

test('a server that starts while the broker is away answers its subscribers once it is back', async () => {
  const { services: shaky, takeAway, bringBack } = breakable();
  takeAway();
  await using server = await serveLive(shaky);
  const client = await join(server.url);
  const answer = listen(client);
  await vi.waitFor(() => expect(server.live.health().detail).toBe('The broker is away.'));
  bringBack();
  expect((await answer).answer).toHaveProperty('position');
});

test('a server that starts reads back far enough for pages that were open before', async () => {
  const before = await endOfLog(services);
  const updates = Array.from({ length: 30 }, (_, task) => updateOf({ task }));
  await publishUpdates(services, updates);
  await using server = await serveLive(services);
  const { heard, answer } = await listen(await join(server.url), 'all', before);
  expect(answer).toHaveProperty('position');
  await vi.waitFor(() => expect(ids(heard.updates).toSorted()).toEqual(ids(updates).toSorted()));
});
