import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessageBroker } from '#core/broker/broker.ts';
import { openSqliteBroker } from '#core/broker/sqlite.ts';

/** The message log: how fast it publishes durably, and how soon another process has what was published. */
const rounds = 5;

const folder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
const path = join(folder, 'log.db');
const broker = await openSqliteBroker({ path });
try {
  await broker.ensureTopics([
    { name: 'rate', partitions: 8, retention: 60_000 },
    { name: 'latency', partitions: 1, retention: 60_000 },
  ]);
  await printRate('publish, batches of 100', 500, 100, 8);
  await printRate('publish, one by one', 2000, 1, 1);
  await printRate('publish, one by one, 64 at a time', 10_000, 1, 64);
  await printLatency();
} finally {
  await broker.close();
  await rm(folder, { recursive: true, force: true });
}

async function printRate(name: string, calls: number, size: number, atOnce: number): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) rates.push(await publishRate(broker, calls, size, atOnce));
  rates.sort((a, b) => a - b);
  print(
    name,
    `${quantile(rates, 0.5).toFixed(0)} messages/s (${quantile(rates, 0).toFixed(0)} to ${quantile(rates, 1).toFixed(0)})`,
  );
}

async function publishRate(to: MessageBroker, calls: number, size: number, atOnce: number): Promise<number> {
  const value = Buffer.alloc(300, 'x');
  const batch = Array.from({ length: size }, (_, index) => ({ key: `key-${index}`, value, headers: {} }));
  const started = performance.now();
  let left = calls;
  const publisher = async () => {
    while (left-- > 0) await to.publish('rate', batch);
  };
  await Promise.all(Array.from({ length: atOnce }, publisher));
  return (calls * size * 1000) / (performance.now() - started);
}

async function printLatency(): Promise<void> {
  const reader = fork(new URL('./broker-reader.ts', import.meta.url), [path]);
  await once(reader, 'message');
  const latencies: number[] = [];
  reader.on('message', (more: number[]) => latencies.push(...more));
  const count = 1000;
  for (let index = 0; index < count; index++) {
    const value = Buffer.alloc(300);
    value.writeBigInt64LE(process.hrtime.bigint());
    await broker.publish('latency', [{ key: 'key', value, headers: {} }]);
    await delay(5);
  }
  while (latencies.length < count) await once(reader, 'message');
  reader.kill();
  latencies.sort((a, b) => a - b);
  const figures = [0.5, 0.99, 1].map((share) => quantile(latencies, share).toFixed(2));
  print('publish to consume, two processes, 200/s', `p50 ${figures[0]} ms, p99 ${figures[1]} ms, max ${figures[2]} ms`);
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function print(name: string, figures: string): void {
  console.log(`${name.padEnd(45)} ${figures}`);
}
