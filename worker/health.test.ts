import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { topicsOf, topicSpecs } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import { inState, type HealthState } from '#core/consumer/health.ts';
import type { Database } from '#core/database/database.ts';
import { acceptImages } from '#core/database/images.ts';
import { promisedMessage, takeOutbox } from '#core/database/outbox.ts';
import { newFolder, newImage, open } from '#core/database/testing/folder.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { startHealthServer } from './health-server.ts';
import { WorkerHealth, type WorkerReport } from './health.ts';
import { runWorker } from './run.ts';

const settings = { WORKER_METRICS_PORT: '0', WORKER_CONSUMERS: 'project,dead-letters' };

test('a worker says of each consumer how it is, and how far behind', async () => {
  const { healthUrl } = await start(await openServices());
  expect(await ask(healthUrl, '/healthz')).toMatchObject({ status: 200, body: { ok: true, state: 'running' } });
  const well = { ok: true, state: 'running', reason: null, in_flight: 0, lag: { messages: 0, seconds: 0 } };
  const ready = {
    ok: true,
    state: 'running',
    consumers: { project: { ...well, assignments: 4 }, 'dead-letters': well },
  };
  await expect.poll(() => ask(healthUrl, '/readyz')).toMatchObject({ status: 200, body: ready });
});

test('while the database is full it is alive and not ready, and then it is ready again', async () => {
  const disk = { full: true };
  const services = await openServices();
  const { healthUrl } = await start({ ...services, database: onDisk(services.database, disk) });
  await services.database.write((trx) => acceptImages(trx, services.topics, [newImage()]));
  for (const row of await services.database.read((trx) => takeOutbox(trx, 10))) {
    await services.broker.publish(row.topic, [promisedMessage(row)]);
  }
  const reason = expect.stringContaining('storage_full');
  const project = { ok: false, state: 'outage', reason };
  await expect
    .poll(() => ask(healthUrl, '/readyz'))
    .toMatchObject({ status: 503, body: { ok: false, consumers: { project } } });
  expect((await ask(healthUrl, '/healthz')).status).toBe(200);
  disk.full = false;
  await expect.poll(() => ask(healthUrl, '/readyz'), { timeout: 10_000 }).toMatchObject({ status: 200 });
});

test('a port that is taken is told in one line, and the consumers work all the same', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const lines: string[] = [];
  const sink = new Writable({
    write(line: Buffer, _, done) {
      lines.push(line.toString());
      done();
    },
  });
  const services = await openServices({ WORKER_METRICS_PORT: String(port) });
  const { healthUrl } = await start({ ...services, log: pino({ level: 'error' }, sink) });
  expect(healthUrl).toBeNull();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`WORKER_METRICS_PORT=${port} is taken by another program`);
  const read = async () => {
    const lag = await services.broker.lag('dead-letters', [`${services.topics.updates}.dlq`]);
    return lag.map(({ committed }) => committed);
  };
  await services.broker.publish(`${services.topics.updates}.dlq`, [{ key: null, value: null, headers: {} }]);
  await expect.poll(read).toEqual([1]);
});

test('it answers nothing but these two questions', async () => {
  const { healthUrl } = await start(await openServices());
  expect((await fetch(`${healthUrl}/`)).status).toBe(404);
  expect((await fetch(`${healthUrl}/constructor`)).status).toBe(404);
  expect((await fetch(`${healthUrl}/readyz`, { method: 'POST' })).status).toBe(405);
  expect(await (await fetch(`${healthUrl}/readyz?verbose`, { method: 'HEAD' })).text()).toBe('');
});

test.each<[HealthState, number, number]>([
  ['running', 200, 200],
  ['paused', 200, 200],
  ['idle', 200, 200],
  ['outage', 200, 503],
  ['unassigned', 200, 503],
  ['behind', 200, 503],
  ['stalled', 503, 503],
  ['ended', 503, 503],
])('with a consumer that is %s it answers %i whether it lives and %i whether it works', async (state, alive, ready) => {
  const health = new WorkerHealth();
  const server = await startHealthServer(readConfig(settings), pino({ level: 'silent' }), health);
  onTestFinished(() => server.stop());
  const condition = inState(state, 'why', { assignments: 1, inFlight: 2 });
  health.add('process', { health: () => condition, lag: null, stop: () => {} });
  expect((await ask(server.url, '/readyz')).status).toBe(503);
  health.state = 'running';
  expect((await ask(server.url, '/healthz')).status).toBe(alive);
  const { status, body } = await ask(server.url, '/readyz');
  expect(status).toBe(ready);
  const ok = ready === 200;
  expect(body.consumers.process).toEqual({ ok, state, reason: 'why', assignments: 1, in_flight: 2, lag: null });
  health.state = 'stopping';
  expect((await ask(server.url, '/readyz')).status).toBe(503);
});

async function openServices(changes: Record<string, string> = {}): Promise<Services> {
  const folder = await newFolder();
  const config = readConfig({ ...settings, ...folder, ...changes });
  const broker = openMemoryBroker();
  onTestFinished(() => broker.close());
  await broker.ensureTopics(topicSpecs(config));
  return {
    config,
    log: pino({ level: 'silent' }),
    database: await open(folder),
    storage: openMemoryStorage(),
    broker,
    topics: topicsOf(config),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function start(services: Services) {
  const worker = await runWorker(services);
  onTestFinished(() => worker.stop());
  return worker;
}

async function ask(url: string | null, path: string): Promise<{ status: number; body: WorkerReport }> {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, body: (await answer.json()) as WorkerReport };
}

/** The same database on a disk that may be full: then every write is refused. */
function onDisk(database: Database, disk: { full: boolean }): Database {
  return {
    ...database,
    read: (work) => database.read(work),
    async write(work) {
      if (disk.full) throw new DarkroomError('storage_full', 'There is no room left to write to the database.');
      return database.write(work);
    },
  };
}
