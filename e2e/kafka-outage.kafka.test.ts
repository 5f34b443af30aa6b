import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { openLiveBoard } from './live-board.ts';
import { faultsAfter, untilDone } from './outage/aftermath.ts';
import { faultsThrough } from './outage/outage.ts';
import { type ServerReadiness, untilReadiness, type WorkerReadiness } from './outage/readiness.ts';
import { openOutageRig } from './outage/rig.ts';
import { uploadSteadily } from './outage/steady-uploads.ts';
import { measureTakeover } from './outage/takeover.ts';

it('uploads go on while Kafka is away for longer than a session, and everything is developed once', async () => {
  await using rig = await openOutageRig({ settings: { KAFKA_SESSION_TIMEOUT_MS: '2000' } });
  const { kafka, server } = rig;
  await rig.start();
  const faults = await faultsThrough(rig, async (uploads) => {
    await kafka.kill(1);
    await untilReadiness(server.url, 503, saysWhy);
    const before = uploads.sent.length;
    await pause(3_000);
    expect(uploads.sent.length).toBeGreaterThan(before);
    await kafka.start(1);
  });
  expect(faults).toEqual([]);
});

it('server and worker that start while Kafka is down take pictures, and develop them once it is up', async () => {
  await using rig = await openOutageRig();
  const { kafka, server, workers } = rig;
  await kafka.kill(1);
  await rig.start();
  await untilReadiness(server.url, 503, saysWhy);
  const uploads = uploadSteadily(server.url, rig.folder, 50);
  for (const { url } of workers) await untilReadiness(url, 503, sayWhy);
  await vi.waitFor(() => expect(uploads.sent.length).toBeGreaterThan(10), 15_000);
  await kafka.start(1);
  await untilReadiness(server.url, 200);
  await uploads.stop();
  await using board = await openLiveBoard(server.url);
  await untilDone(server.url, uploads.sent.length);
  expect([...uploads.refused, ...(await faultsAfter(rig, uploads.sent, board))]).toEqual([]);
  expect([server, ...workers].map(({ death }) => death)).toEqual([null, null]);
});

it('what a killed worker had in hand is begun by another', async () => {
  const sessionMs = 2_000;
  await using rig = await openOutageRig({ workers: 2, settings: { KAFKA_SESSION_TIMEOUT_MS: String(sessionMs) } });
  await rig.start();
  const takeoverMs = await measureTakeover(rig);
  // How soon it may take is held by the soak, which has the machine to itself.
  console.info(`A session of ${sessionMs} ms: taken over after ${takeoverMs} ms.`);
  expect(takeoverMs).toBeGreaterThan(0);
});

const why = /Kafka: .*ECONNREFUSED/;

function saysWhy({ checks: { broker } }: ServerReadiness): boolean {
  return broker !== undefined && !broker.ok && why.test(broker.detail);
}

function sayWhy({ consumers }: WorkerReadiness): boolean {
  return Object.values(consumers).every(({ state, reason }) => state === 'outage' && why.test(reason ?? ''));
}
