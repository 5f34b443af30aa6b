import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { io, type Socket } from 'socket.io-client';
import { readConfig } from '#core/config.ts';
import type { Task } from '#core/domain/api.ts';
import { socketPath, type ClientToServer, type ServerToClient } from '#core/domain/live.ts';
import { openServices } from '#core/services.ts';
import { asAdmin, prepareDatabase } from '../e2e/admin.ts';
import { readTasks, sendPictures } from '../e2e/api.ts';
import { writePicture } from '../e2e/pictures.ts';
import { program } from '../e2e/program.ts';
import { findBrowser } from '../scripts/browser.mjs';
import { ensureBuilt } from '../scripts/build.mjs';
import { openWatchedBoard } from './live-page.ts';
import { UpdateSource, wallClock, type Seen } from './live-updates.ts';

/**
 * From a worker's publish to the DOM of a browser: real server, real page, 200 updates a second over the rows in sight; and
 * to a socket alone. First with decoders idle, then busy. Goals: p50 25 ms and p99 60 ms with decoders idle.
 */
const seconds = Number(process.argv[2] ?? 15);
const perSecond = 200;
const rows = 20;

const executablePath = await findBrowser(process.execPath);
if (!executablePath || !(await ensureBuilt(process.execPath))) {
  throw new Error('This takes a Chromium and a built page.');
}
const folder = await mkdtemp(resolve('.cache/bench-live-'));
const environment = { DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' };
const config = readConfig(environment);
await prepareDatabase(environment);
const server = program('server', environment);
const worker = program('worker', { ...environment, WORKER_CONSUMERS: 'project' });
await Promise.all([server.start(), worker.start()]);
const services = await openServices(config, 'bench');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const socket: Socket<ServerToClient, ClientToServer> = io(server.url, {
  path: socketPath,
  transports: ['websocket'],
  extraHeaders: asAdmin,
});
try {
  const source = new UpdateSource(services, await sendRows());
  const board = await openWatchedBoard(browser, server.url);
  await board.rows(rows);
  const heard = await listen();
  const measure = async (name: string, forSeconds = seconds) => {
    const first = source.publishedAt.length;
    await source.publish({ perSecond, seconds: forSeconds });
    const seen = await board.seenUntil(source.last);
    print(`publish to DOM, ${name}`, source.latencies(seen, first), source.publishedAt.length - first);
    print(`publish to socket, ${name}`, source.latencies(heard.splice(0), first), source.publishedAt.length - first);
  };
  await measure('first seconds', 2);
  await measure('decoders idle');
  const load = fork(join(import.meta.dirname, 'live-load.ts'));
  await once(load, 'message');
  await measure('decoders busy');
  load.send('end');
  const [{ perSecond: developed }] = (await once(load, 'message')) as [{ perSecond: number }];
  console.log(`  they developed ${developed.toFixed(1)} photographs/s meanwhile`);
} finally {
  socket.close();
  await browser.close();
  await services[Symbol.asyncDispose]();
  await Promise.all([server.stop(), worker.stop()]);
  await rm(folder, { recursive: true, force: true });
}

/** Tasks that stay queued, since no worker develops. */
async function sendRows(): Promise<Task[]> {
  const paths: string[] = [];
  for (let seed = 1; seed <= rows; seed += 1) {
    paths.push(await writePicture(join(folder, `sent/row-${seed}.png`), { width: 40, height: 30, seed }));
  }
  await sendPictures(server.url, ...paths);
  return readTasks(server.url);
}

/** What a socket that does nothing else hears. */
async function listen(): Promise<Seen[]> {
  const heard: Seen[] = [];
  socket.on('tasks', ({ updates }) => {
    const at = wallClock();
    for (const { worker: text } of updates) if (text) heard.push({ text, at });
  });
  await socket.emitWithAck('subscribe', { scope: 'mine' });
  return heard;
}

function print(name: string, latencies: number[], published: number): void {
  const quantile = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]?.toFixed(1);
  console.log(
    `${name.padEnd(34)} p50 ${quantile(0.5)} ms, p90 ${quantile(0.9)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms; ` +
      `${latencies.length} of ${published} seen`,
  );
}
