import { expect, test } from 'vitest';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { WorkerStatus } from '#core/domain/events.ts';
import { openLog } from '#core/telemetry/log.ts';
import { startHeartbeat, type Report } from './heartbeat.ts';

const topic = 'worker-status';

async function listen() {
  const broker = openMemoryBroker();
  await broker.ensureTopics([{ name: topic, partitions: 1, retention: 60_000 }]);
  const heard: WorkerStatus[] = [];
  const stopping = new AbortController();
  const tail = broker.tail({ topics: [topic], from: 'latest', maxBatch: 10, signal: stopping.signal });
  await tail.ready;
  const listening = (async () => {
    for await (const messages of tail) heard.push(...messages.map((message) => fromMessage(WorkerStatus, message)));
  })();
  return {
    broker,
    heard,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await listening;
      await broker.close();
    },
  };
}

test('a worker says that it lives at once, whenever something changes, and when it stops', async () => {
  await using listener = await listen();
  const report: Report = { state: 'running', paused: null, concurrency: 4, in_hand: [], memory_bytes: 1 };
  const log = openLog('test', 'silent');
  const heartbeat = startHeartbeat({ broker: listener.broker, topic, log, worker: 'tester', report: () => report });
  await expect.poll(() => listener.heard).toHaveLength(1);
  report.state = 'paused';
  report.paused = { code: 'storage_full', detail: 'The disk is full.', since: new Date().toISOString() };
  heartbeat.beat();
  await expect.poll(() => listener.heard).toHaveLength(2);
  report.state = 'stopped';
  await heartbeat.stop();
  await expect.poll(() => listener.heard.map(({ state }) => state)).toEqual(['running', 'paused', 'stopped']);
  expect(listener.heard[1]).toMatchObject({ worker: 'tester', paused: { code: 'storage_full' } });
});

test('a heartbeat that cannot be published harms nobody', async () => {
  await using listener = await listen();
  await listener.broker.close();
  const report: Report = { state: 'running', paused: null, concurrency: 4, in_hand: [], memory_bytes: 1 };
  const log = openLog('test', 'silent');
  const heartbeat = startHeartbeat({ broker: listener.broker, topic, log, worker: 'tester', report: () => report });
  await expect(heartbeat.stop()).resolves.toBeUndefined();
});
