import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { openKafkaBroker } from '#core/broker/kafka.ts';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import { socketPath, type ClientToServer, type ServerToClient } from '#core/domain/live.ts';
import { openServices } from '#core/services.ts';
import { openLog } from '#core/telemetry/log.ts';
import { asAdmin, prepareDatabase } from '../e2e/admin.ts';
import { readTasks, sendPictures } from '../e2e/api.ts';
import { writePicture } from '../e2e/pictures.ts';
import { program } from '../e2e/program.ts';
import { startKafka } from '../scripts/kafka/cluster.ts';
import { contenders, type Contender } from './consumer-contenders.ts';
import { UpdateSource, wallClock, type Seen } from './live-updates.ts';

/**
 * Consumers on Apache Kafka, side by side on the same broker and the same messages: messages a second with an empty
 * handler, against kafkajs on its own; from publish to handler between two processes; from a worker's publish to a socket.
 */
const rounds = Number(process.argv[2] ?? 3);
const topic = 'bench';
const partitions = 4;
const bytes = 100;
const waitedFor = 5_000;
const streamed = 300_000;
const perSecond = 50;
const seconds = 20;

await using kafka = await startKafka({ fullSpeed: true });
const environment = { KAFKA_ENABLED: 'true', KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap.plaintext, LOG_LEVEL: 'error' };
const config = readConfig(environment);
const log = openLog('bench', config.LOG_LEVEL);
const broker = openKafkaBroker(config, log);
await broker.ensureTopics([
  { name: topic, partitions, retention: 'work' },
  { name: deadLetterTopic(topic), partitions: 1, retention: 'work' },
  { name: 'latency', partitions: 1, retention: 'work' },
  { name: deadLetterTopic('latency'), partitions: 1, retention: 'work' },
]);
await fill();
await printRates();
await printHandlerLatency();
await broker.close();
await printSocketLatency();

async function fill(): Promise<void> {
  // Of no use to a compressor, so that a fetch brings no more than it may.
  const message = (index: number) => ({ key: `key-${index % 1009}`, value: randomBytes(bytes), headers: {} });
  const size = 1_000;
  for (let first = 0; first < streamed; first += size) {
    await broker.publish(
      topic,
      Array.from({ length: size }, (_, index) => message(first + index)),
    );
  }
}

/** One after the other in each round, so that what disturbs the machine disturbs all of them. */
async function printRates(): Promise<void> {
  const all = contenders({ broker, log, topic, bootstrap: kafka.bootstrap.plaintext });
  const rates = new Map<Contender, number[]>(all.map((each) => [each, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of all) {
      const count = contender.waits ? waitedFor : streamed;
      const rate = await contender.consume(`round-${round}-${all.indexOf(contender)}`, count);
      // The first round warms up the broker, and does not count.
      if (round > 0) rates.get(contender)?.push(rate);
    }
  }
  for (const [{ name, against }, measured] of rates) {
    const base = [...rates].find(([contender]) => contender.name === against)?.[1];
    const ratios = base ? measured.map((rate, round) => rate / (base[round] ?? Number.NaN)) : [];
    const ratio = base ? `, ${quantile(ratios, 0.5).toFixed(2)} × ${against}` : '';
    const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(measured, share).toFixed(0));
    console.log(`${name.padEnd(52)} ${middle} messages/s (${low} to ${high})${ratio}`);
  }
}

async function printHandlerLatency(): Promise<void> {
  for (const mode of ['plain', 'by-key', 'in-order']) {
    const reader = fork(new URL('./consumer-reader.ts', import.meta.url), [mode], {
      env: { ...process.env, ...environment },
    });
    await once(reader, 'message');
    const latencies: number[] = [];
    reader.on('message', (ms: number) => latencies.push(ms));
    await evenly(perSecond * seconds, () => {
      const value = Buffer.from(JSON.stringify({ at: wallClock() }));
      return broker.publish('latency', [{ key: 'key', value, headers: {} }]);
    });
    while (latencies.length < perSecond * seconds) await once(reader, 'message');
    reader.kill();
    await once(reader, 'exit');
    printLatencies(`publish to handler, ${mode}, ${perSecond}/s`, latencies);
  }
}

async function printSocketLatency(): Promise<void> {
  const folder = await mkdtemp(resolve('.cache/bench-consumer-'));
  const settings = { ...environment, DATA_DIR: folder, PORT: '0' };
  const live = readConfig(settings);
  await prepareDatabase(settings);
  const server = program('server', settings);
  const worker = program('worker', { ...settings, WORKER_CONSUMERS: 'project' });
  await Promise.all([server.start(), worker.start()]);
  const services = await openServices(live, 'bench');
  const socket: Socket<ServerToClient, ClientToServer> = io(server.url, {
    path: socketPath,
    transports: ['websocket'],
    extraHeaders: asAdmin,
  });
  try {
    await sendPictures(server.url, await writePicture(`${folder}/sent/row.png`, { width: 40, height: 30, seed: 1 }));
    const source = new UpdateSource(services, await readTasks(server.url));
    const heard: Seen[] = [];
    socket.on('tasks', ({ updates }) => {
      for (const { worker: text } of updates) if (text) heard.push({ text, at: wallClock() });
    });
    await socket.emitWithAck('subscribe', { scope: 'mine' });
    await source.publish({ perSecond, seconds: 2 });
    const first = source.publishedAt.length;
    await source.publish({ perSecond, seconds });
    while (!heard.some(({ text }) => text === source.last)) await new Promise((told) => socket.once('tasks', told));
    printLatencies(`publish to socket, ${perSecond}/s`, source.latencies(heard, first));
  } finally {
    socket.close();
    await services[Symbol.asyncDispose]();
    await Promise.all([server.stop(), worker.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function evenly(count: number, act: () => Promise<unknown>): Promise<void> {
  const acting: Promise<unknown>[] = [];
  const began = performance.now();
  for (let n = 0; n < count; n += 1) {
    const early = began + (n * 1_000) / perSecond - performance.now();
    if (early > 0) await new Promise((passed) => setTimeout(passed, early));
    acting.push(act());
  }
  await Promise.all(acting);
}

function printLatencies(name: string, latencies: number[]): void {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(latencies, share).toFixed(1));
  console.log(`${name.padEnd(52)} p50 ${p50} ms, p99 ${p99} ms, max ${max} ms (${latencies.length})`);
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
