import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { faultsThrough } from './outage/outage.ts';
import { untilReadiness } from './outage/readiness.ts';
import { openOutageRig } from './outage/rig.ts';
import { measureTakeover } from './outage/takeover.ts';

it('uploads go on while Kafka is away for 20 s, and everything is developed once', async () => {
  await using rig = await openOutageRig();
  await rig.start();
  const faults = await faultsThrough(rig, async () => {
    await rig.kafka.kill(1);
    await untilReadiness(rig.server.url, 503);
    await pause(20_000);
    await rig.kafka.start(1);
  });
  expect(faults).toEqual([]);
});

it('uploads go on while Kafka is frozen for 15 s, and everything is developed once', async () => {
  await using rig = await openOutageRig();
  await rig.start();
  const faults = await faultsThrough(rig, async () => {
    rig.kafka.freeze(1);
    await pause(15_000);
    rig.kafka.thaw(1);
  });
  expect(faults).toEqual([]);
});

it('uploads go on while three nodes are killed in turn, and everything is developed once', async () => {
  await using rig = await openOutageRig({ nodes: 3, workers: 2 });
  await rig.start();
  const faults = await faultsThrough(rig, async () => {
    for (const node of [1, 2, 3]) {
      await rig.kafka.kill(node);
      await pause(10_000);
      await rig.kafka.start(node);
      await pause(5_000);
    }
  });
  expect(faults).toEqual([]);
});

it('uploads go on while three nodes are frozen in turn, and everything is developed once', async () => {
  await using rig = await openOutageRig({ nodes: 3, workers: 2 });
  await rig.start();
  const faults = await faultsThrough(rig, async () => {
    for (const node of [1, 2, 3]) {
      rig.kafka.freeze(node);
      await pause(15_000);
      rig.kafka.thaw(node);
      await pause(5_000);
    }
  });
  expect(faults).toEqual([]);
});

it('with the settings as they are, what a killed worker had in hand is begun by another within 11 s', async () => {
  await using rig = await openOutageRig({ workers: 2 });
  await rig.start();
  const takeoverMs = await measureTakeover(rig);
  console.info(`A session of 10000 ms: taken over after ${takeoverMs} ms.`);
  expect(takeoverMs).toBeLessThanOrEqual(11_000);
});
