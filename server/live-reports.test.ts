import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toMessage } from '#core/broker/messages.ts';
import { acceptImages } from '#core/database/images.ts';
import { newImage } from '#core/database/testing/folder.ts';
import type { StatsSummary, Worker } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import { openTestServices } from './fixtures/services.ts';
import { statusOf } from './fixtures/updates.ts';
import { connect, serveLive, type Client } from './live-fixtures.ts';

let services: Services;
let client: Client;

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  client.close();
  await services[Symbol.asyncDispose]();
});

async function beat(worker: string, memory_bytes: number): Promise<void> {
  await services.broker.publish(services.topics.workerStatus, [toMessage(worker, statusOf(worker, { memory_bytes }))]);
}

async function watch(url: string) {
  client = await connect(url);
  const told: { stats: StatsSummary[]; workers: Worker[][] } = { stats: [], workers: [] };
  client.on('stats', (stats) => told.stats.push(stats));
  client.on('workers', (workers) => told.workers.push(workers));
  return told;
}

const soon = { timeout: 5000 };

test('who connects is told where things stand, and again when they change', async () => {
  await using server = await serveLive(services);
  const told = await watch(server.url);
  await vi.waitFor(() => expect(told.stats).toHaveLength(1), soon);
  expect(told.stats[0]).toMatchObject({ counts: { queued: 0 }, workers_up: 0, oldest_waiting_seconds: null });
  await services.database.write((trx) => acceptImages(trx, services.topics, [newImage()]));
  await vi.waitFor(() => expect(told.stats.at(-1)?.counts.queued).toBe(1), soon);
});

test('a summary that stays the same is told once, while the workers are told as they change', async () => {
  await using server = await serveLive(services);
  const told = await watch(server.url);
  for (let memory = 1; memory <= 3; memory += 1) {
    await beat('a', memory);
    await vi.waitFor(() => expect(told.workers.at(-1)?.[0]?.memory_bytes).toBe(memory), soon);
  }
  expect(told.workers.at(-1)).toMatchObject([{ worker: 'a', up: true }]);
  // The first one, perhaps from before the first heartbeat, and the one that counts the worker.
  expect(told.stats.length).toBeLessThanOrEqual(2);
  expect(told.stats.at(-1)?.workers_up).toBe(1);
});
