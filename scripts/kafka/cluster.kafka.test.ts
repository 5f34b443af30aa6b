import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type KafkaOptions, startKafka } from './cluster.ts';
import { liveNodes } from './readiness.ts';

async function newCluster(options?: KafkaOptions) {
  const cluster = await startKafka(options);
  onTestFinished(() => cluster.stop());
  const ports = cluster.bootstrap.plaintext.split(',').map((address) => Number(address.split(':')[1]));
  return { cluster, askNode: (node: number) => liveNodes(ports[node - 1] ?? 0) };
}

test('a node that was killed serves again on the same address', async () => {
  const { cluster, askNode } = await newCluster();
  expect(await askNode(1)).toEqual([1]);
  await cluster.kill(1);
  expect(cluster.pids).toEqual([]);
  expect(await askNode(1)).toEqual([]);
  await cluster.start(1);
  expect(await askNode(1)).toEqual([1]);
});

test('a frozen node answers nobody until it is thawed', async () => {
  const { cluster, askNode } = await newCluster();
  cluster.freeze(1);
  // The signal takes a moment to reach every thread.
  await expect.poll(() => askNode(1), { timeout: 30_000 }).toEqual([]);
  cluster.thaw(1);
  await expect.poll(() => askNode(1), { timeout: 30_000 }).toEqual([1]);
});

test('of three nodes two go on without the third, which joins them again', async () => {
  const { cluster, askNode } = await newCluster({ nodes: 3 });
  for (const node of [1, 2, 3]) expect(await askNode(node)).toEqual([1, 2, 3]);
  await cluster.kill(2);
  for (const node of [1, 3]) await expect.poll(() => askNode(node), { timeout: 30_000 }).toEqual([1, 3]);
  await cluster.start(2);
  expect(await askNode(2)).toContain(2);
});

test('a node that cannot start says why in the words of its log', async () => {
  const starting = startKafka({ settings: { 'num.io.threads': 0 } });
  await expect(starting).rejects.toThrow(/ended before it served[^]*num\.io\.threads/);
});

test('nothing is left of a cluster whose process was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-orphans-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const holder = fork(join(import.meta.dirname, 'children/cluster-holder.ts'), {
    env: { ...process.env, TMPDIR: folder },
    execArgv: [],
  });
  const [pids] = (await once(holder, 'message')) as [number[]];
  expect(pids.map(isAlive)).toEqual([true]);
  expect(readdirSync(folder)).toHaveLength(1);

  holder.kill('SIGKILL');
  await expect.poll(() => [...pids.filter(isAlive), ...readdirSync(folder)], { timeout: 10_000 }).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
