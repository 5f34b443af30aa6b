import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { toMessage } from '#core/broker/messages.ts';
import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';
import type { ProcessingTask } from '#core/domain/events.ts';
import { blobKey } from '#core/domain/image.ts';
import { openServices, type Services } from '#core/services.ts';
import { photographs } from '../scripts/photographs.mjs';
import { measured } from './worker-recipes.ts';

/**
 * The worker against a bare loop over the same photographs, from the queued task to its committed offset: log, isolation,
 * updates and marks are what the difference pays for. Rounds are interleaved, and long enough that their beginnings and
 * ends count for little; the loop yields to what else runs on the machine as the worker's decoders do.
 */
const rounds = Number(process.argv[2] ?? 7);
const timesOver = 4;

const folder = await mkdtemp(resolve('.cache/bench-worker-'));
const environment = { ...process.env, DATA_DIR: folder, LOG_LEVEL: 'warn' };
const config = readConfig(environment);
await migrate(config);
await using services = await openServices(config, 'bench');
const stored = await store(await photographs(), services);
const images = Array.from({ length: timesOver }, () => stored).flat();
const bare = await start('worker-bare.ts', constants.priority.PRIORITY_BELOW_NORMAL);
const worker = await start('worker-measured.ts', constants.priority.PRIORITY_NORMAL);
try {
  for (const { name } of measured) await compare(name);
} finally {
  const ended = [bare, worker].map((child) => once(child, 'exit'));
  bare.disconnect();
  worker.disconnect();
  await Promise.all(ended);
  await rm(folder, { recursive: true, force: true });
}

interface Measured {
  blob: string;
  width: number;
  height: number;
  bytes: number;
}

async function compare(preset: string): Promise<void> {
  const seconds = { bare: [] as number[], worker: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const [loop, product] = round % 2 ? [await bareRound(preset), await workerRound(preset)] : await swapped(preset);
    if (round < 0) continue;
    seconds.bare.push(loop);
    seconds.worker.push(product);
  }
  const ratios = seconds.bare
    .map((loop, index) => loop / (seconds.worker[index] ?? Number.NaN))
    .toSorted((a, b) => a - b);
  const rate = (times: number[]) => (images.length / median(times)).toFixed(1);
  console.log(`${preset}: worker ${rate(seconds.worker)} pictures/s, bare loop ${rate(seconds.bare)} pictures/s`);
  console.log(`  ratio ${median(ratios).toFixed(3)} (${ratios.map((ratio) => ratio.toFixed(3)).join(' ')})`);
}

async function swapped(preset: string): Promise<[number, number]> {
  const product = await workerRound(preset);
  return [await bareRound(preset), product];
}

async function bareRound(preset: string): Promise<number> {
  const started = performance.now();
  bare.send({ preset, images: images.map(({ blob }) => ({ id: randomUUID(), blob })) });
  await once(bare, 'message');
  return (performance.now() - started) / 1000;
}

async function workerRound(preset: string): Promise<number> {
  const { broker, topics } = services;
  const started = performance.now();
  await broker.publish(
    topics.processing,
    images.map((image) => taskFor(image, preset)).map((task) => toMessage(task.task_id, task)),
  );
  for (let left = images.length; left > 0; left = await uncommitted()) await delay(left > 4 ? 100 : 10);
  return (performance.now() - started) / 1000;
}

async function uncommitted(): Promise<number> {
  const lag = await services.broker.lag(config.KAFKA_CONSUMER_GROUP_PROCESSING, [services.topics.processing]);
  return lag.reduce((sum, { messages }) => sum + messages, 0);
}

function taskFor(image: Measured, preset: string): ProcessingTask {
  const ids = { id: randomUUID(), task_id: randomUUID(), image_id: randomUUID(), user_id: 'owner', batch: null };
  const about = {
    type: 'task.process',
    version: 1,
    run: 1,
    format: 'jpeg',
    preset: { name: preset, version: 1 },
  } as const;
  return { ...ids, ...about, ...image, timestamp: new Date().toISOString() };
}

async function store(paths: string[], { storage }: Services): Promise<Measured[]> {
  return Promise.all(
    paths.map(async (path) => {
      const file = await readFile(path);
      const blob = createHash('sha256').update(file).digest('hex');
      await storage.put(blobKey(blob), file);
      const { width, height } = await sharp(file).metadata();
      return { blob, width, height, bytes: file.length };
    }),
  );
}

async function start(program: string, priority: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, program), [folder], { env: environment });
  // At once: its threads inherit it.
  if (child.pid !== undefined) setPriority(child.pid, priority);
  await once(child, 'message');
  return child;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
