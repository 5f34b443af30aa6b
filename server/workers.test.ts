import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toMessage } from '#core/broker/messages.ts';
import { heartbeatMs, type WorkerStatus } from '#core/domain/events.ts';
import type { Services } from '#core/services.ts';
import { openTestServices } from './fixtures/services.ts';
import { statusOf } from './fixtures/updates.ts';
import { followWorkers, type Workers } from './workers.ts';

let services: Services;
let workers: Workers;
let passed = 0;

beforeEach(async () => {
  passed = 0;
  services = await openTestServices();
  await say('early', 'running');
  workers = followWorkers(services, () => Date.now() + passed);
});
afterEach(async () => {
  await workers.stop();
  await services[Symbol.asyncDispose]();
});

async function say(worker: string, state: WorkerStatus['state']): Promise<void> {
  const status = statusOf(worker, { state });
  await services.broker.publish(services.topics.workerStatus, [toMessage(worker, status)]);
}

const list = () => workers.list().map(({ worker, state, up }) => [worker, state, up]);
const soon = { timeout: 5000 };

test('a worker that spoke before the server started is known', async () => {
  await vi.waitFor(() => expect(list()).toEqual([['early', 'running', true]]), soon);
});

test('a worker counts as up until it says goodbye or misses three heartbeats, and is then forgotten', async () => {
  await say('b', 'running');
  await vi.waitFor(
    () =>
      expect(list()).toEqual([
        ['b', 'running', true],
        ['early', 'running', true],
      ]),
    soon,
  );
  await say('b', 'stopped');
  await vi.waitFor(
    () =>
      expect(list()).toEqual([
        ['b', 'stopped', false],
        ['early', 'running', true],
      ]),
    soon,
  );
  passed = 3 * heartbeatMs + 1000;
  expect(workers.list().map(({ up }) => up)).toEqual([false, false]);
  passed = 11 * 60_000;
  expect(workers.list()).toEqual([]);
});

test('what cannot be read is left out', async () => {
  await services.broker.publish(services.topics.workerStatus, [{ key: 'x', value: Buffer.from('{}'), headers: {} }]);
  await say('b', 'paused');
  await vi.waitFor(
    () =>
      expect(list()).toEqual([
        ['b', 'paused', true],
        ['early', 'running', true],
      ]),
    soon,
  );
});
