import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromMessage, toMessage } from '#core/broker/messages.ts';
import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';
import { TaskUpdate, WorkerStatus, type ProcessingTask } from '#core/domain/events.ts';
import { blobKey, derivativesFolder, type ImageFormat } from '#core/domain/image.ts';
import { applyUpdate, isTerminal, queuedState, type TaskState } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';
import { openServices } from '#core/services.ts';
import { startProcessing } from './process.ts';

const fixtures = join(import.meta.dirname, '../core/fixtures');

/** The product's services in a folder of their own, and the board as a fold of what workers say. */
async function openHouse() {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-worker-'));
  opening.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const settings = { DATA_DIR: folder, LOG_LEVEL: 'silent' };
  const config = readConfig(settings);
  await migrate(config);
  const services = opening.use(await openServices(config, 'test'));
  const { broker, storage, topics } = services;

  const board = new Map<string, TaskState>();
  const stopping = new AbortController();
  const tail = broker.tail({ topics: [topics.updates], from: 'latest', maxBatch: 1000, signal: stopping.signal });
  await tail.ready;
  const follow = async () => {
    for await (const messages of tail) {
      for (const update of messages.map((message) => fromMessage(TaskUpdate, message))) {
        const state = board.get(update.task_id) ?? queuedState(1, update.timestamp);
        board.set(update.task_id, applyUpdate(state, update));
      }
    }
  };
  const followed = follow();
  opening.defer(async () => {
    stopping.abort();
    await followed;
  });
  const stack = opening.move();

  return {
    services,
    folder,
    board,
    /** A worker process, once it works; killed at the latest with the house. */
    async startWorker(): Promise<ChildProcess> {
      const program = join(import.meta.dirname, 'testing/worker-process.ts');
      const worker = fork(program, { env: { ...settings, NODE_ENV: 'test' } });
      stack.defer(() => kill(worker));
      await once(worker, 'message');
      return worker;
    },
    async add(name: string): Promise<ProcessingTask> {
      const file = await readFile(join(fixtures, name));
      const blob = createHash('sha256').update(file).digest('hex');
      await storage.put(blobKey(blob), file);
      const ids = { id: randomUUID(), task_id: randomUUID(), image_id: randomUUID(), user_id: 'owner', batch: null };
      const size = { width: 240, height: 160, bytes: file.length, format: formatOf(name) };
      const preset = { name: 'web', version: 1 };
      const timestamp = new Date().toISOString();
      const task: ProcessingTask = {
        ...ids,
        ...size,
        type: 'task.process',
        timestamp,
        version: 1,
        run: 1,
        blob,
        preset,
      };
      await broker.publish(topics.processing, [toMessage(task.task_id, task)]);
      return task;
    },
    ended: () => [...board.values()].filter(({ status }) => isTerminal(status)).length,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function formatOf(name: string): ImageFormat {
  const extension = name.split('.').at(-1) ?? '';
  return (extension === 'jpg' ? 'jpeg' : extension) as ImageFormat;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

test('every kind of picture goes through real decoder children, and damaged ones are never done in silence', async () => {
  await using house = await openHouse();
  const names = (await readdir(fixtures)).filter((name) => /\.(jpg|png|webp|gif|avif|tiff)$/.test(name));
  const tasks = await Promise.all(names.map(async (name) => ({ name, task: await house.add(name) })));
  const worker = await startProcessing(house.services);
  await expect.poll(house.ended, { timeout: 60_000 }).toBe(names.length);
  for (const { name, task } of tasks) {
    const state = house.board.get(task.task_id);
    if (name === 'truncated.png') {
      expect({ status: state?.status, attempts: state?.attempts }).toEqual({ status: 'failed', attempts: 1 });
      expect(state?.error?.code).toBe('damaged_image');
      continue;
    }
    expect({ name, status: state?.status, attempts: state?.attempts }).toEqual({ name, status: 'done', attempts: 1 });
    expect(state?.warnings).toHaveLength(name === 'truncated.jpg' ? 1 : 0);
    const files = await Array.fromAsync(house.services.storage.list(derivativesFolder(task.image_id)));
    expect(files.map((key) => key.split('/').at(-1))).toEqual(['large.webp', 'medium.webp', 'small.webp']);
  }
  await worker.stop({ deadlineMs: 5000 });
  expect(await readdir(join(house.folder, 'scratch'))).toEqual([]);
  expect(await Array.fromAsync(house.services.storage.list('marks/'))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a killed worker takes its children along, and the next one finishes its pictures',
  async () => {
    await using house = await openHouse();
    await Promise.all(Array.from({ length: 60 }, () => house.add('plain.avif')));
    const first = await house.startWorker();
    await expect.poll(house.ended, { interval: 1, timeout: 60_000 }).toBeGreaterThan(0);
    const children = childrenOf(first.pid);
    expect(children.length).toBeGreaterThan(0);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(house.ended()).toBeLessThan(60);
    await expect.poll(() => children.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([]);

    await house.startWorker();
    await expect.poll(house.ended, { timeout: 60_000 }).toBe(60);
    expect(new Set([...house.board.values()].map(({ status }) => status))).toEqual(new Set(['done']));
    expect(await readdir(join(house.folder, 'scratch'))).toHaveLength(1);
  },
);

test('a full disk pauses the worker with its reason, charges nobody, and work goes on by itself', async () => {
  await using house = await openHouse();
  const { storage, broker, topics } = house.services;
  const full = { until: 5 };
  const crowded = new Proxy(storage, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]) => {
        const writes = name === 'probe' || (name === 'put' && String(given[0]).startsWith('derivatives/'));
        if (writes && full.until-- > 0) return Promise.reject(new DarkroomError('storage_full', 'The disk is full.'));
        return Reflect.apply(method, target, given) as unknown;
      };
    },
  });
  const stopping = new AbortController();
  const tail = broker.tail({ topics: [topics.workerStatus], from: 'latest', maxBatch: 10, signal: stopping.signal });
  await tail.ready;
  const statuses: WorkerStatus[] = [];
  const listening = (async () => {
    for await (const messages of tail) statuses.push(...messages.map((message) => fromMessage(WorkerStatus, message)));
  })();

  const tasks = await Promise.all([house.add('plain.jpg'), house.add('plain.png')]);
  const worker = await startProcessing({ ...house.services, storage: crowded });
  await expect.poll(house.ended, { timeout: 60_000 }).toBe(2);
  for (const { task_id } of tasks) expect(house.board.get(task_id)).toMatchObject({ status: 'done', attempts: 1 });
  await worker.stop({ deadlineMs: 5000 });
  await expect.poll(() => statuses.at(-1)?.state).toBe('stopped');
  expect(statuses.find(({ state }) => state === 'paused')?.paused).toMatchObject({ code: 'storage_full' });
  stopping.abort();
  await listening;
});
