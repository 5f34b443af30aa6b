import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { Random } from '#core/consumer/model/random.ts';
import { readConfig } from '#core/config.ts';
import { openDatabase } from '#core/database/open.ts';
import { openStorage } from '#core/storage/open.ts';
import { parseInfo } from '#server/uploads/tus-store.ts';
import { ask, prepareDatabase } from '../admin.ts';
import { residentMemory } from '../memory.ts';
import { program, type Program } from '../program.ts';
import { anyRequests } from './requests.ts';
import { exchange, statusesOf } from './wire.ts';

const firstSeed = inject('firstSeed');
const seeds = inject('seeds');
const sideBySide = 16;
const warmUp = 1000;

test('whatever comes down a connection, the server answers or hangs up, and goes on as before', async () => {
  await using house = await openServer();
  const { server } = house;
  const host = new URL(server.url).host;
  const statuses = new Map<number, number>();
  const told = new Set<string>();

  /** Sends what the seed says; adds up what comes back. */
  const send = async (seed: number): Promise<void> => {
    const heard = await exchange(server.url, anyRequests(new Random(seed), host)).catch((cause: unknown) => {
      throw new Error(`Seed ${seed}; to see it again: SEED=${seed} SEEDS=1 npm run soak -- fuzz`, { cause });
    });
    for (const status of statusesOf(heard)) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(status, `seed ${seed}: ${heard.slice(0, 500)}`).toBeLessThan(500);
    }
    for (const [, id = ''] of heard.matchAll(/^location: \/api\/v1\/uploads\/(\S+)/gim)) told.add(id);
  };
  const sendAll = async (from: number, to: number): Promise<void> => {
    let next = from;
    const lane = async (): Promise<void> => {
      while (next < to) await send(next++);
    };
    await Promise.all(Array.from({ length: sideBySide }, lane));
  };

  await sendAll(firstSeed, firstSeed + Math.min(warmUp, seeds));
  const before = await settledMemory(server.pid);
  await sendAll(firstSeed + warmUp, firstSeed + seeds);
  const after = await settledMemory(server.pid);
  console.info({ connections: seeds, statuses, mebibytes: { before, after } });

  expect(server.death).toBeNull();
  expect((await ask(`${server.url}/api/v1/tasks`)).status).toBe(200);
  const complaints = server.output
    .join('')
    .split('\n')
    .filter((line) => /"level":(50|60)|unhandled|uncaught/i.test(line));
  expect(complaints).toEqual([]);
  const { strays, unheard } = await leftIn(house.environment, told);
  expect(strays).toEqual([]);
  expect(unheard.length).toBeLessThanOrEqual(seeds / 500);
  expect(after).toBeLessThan(before + 64);
});

async function openServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-fuzz-'));
  const limits = { RATE_LIMIT_REQUESTS: '10000000', RATE_LIMIT_UPLOADS: '1000000', RATE_LIMIT_SOCKETS: '1000000' };
  const environment = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', UPLOAD_MAX_BYTES: '20000', ...limits };
  await prepareDatabase(environment);
  const server: Program = program('server', environment, ['server/main.ts', '--no-pages']);
  await server.start();
  return {
    server,
    environment,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resident memory once it no longer falls: what is free goes back to the system by and by. */
async function settledMemory(pid: number): Promise<number> {
  let lowest = residentMemory(pid);
  for (let still = 0; still < 5; still += 1) {
    await pause(1000);
    const now = residentMemory(pid);
    if (now < lowest - 1) still = 0;
    lowest = Math.min(lowest, now);
  }
  return lowest;
}

/**
 * `strays`: what is staged and can be nobody's, and files that no row names. `unheard`: uploads whose address nobody heard,
 * since the answer was lost after the server had written it; they can be resumed, and the sweep ends them after a day.
 */
async function leftIn(environment: Record<string, string>, told: Set<string>) {
  const config = readConfig(environment);
  await using database = await openDatabase(config);
  await using storage = await openStorage(config);
  const unheard: string[] = [];
  const strays: string[] = [];
  for await (const { id } of storage.uploads()) {
    if (told.has(id)) continue;
    const upload = await storage.upload(id);
    (upload && parseInfo(upload.info) ? unheard : strays).push(id);
  }
  const rows = await database.read((db) => db.selectFrom('images').select('blob').execute());
  const named = new Set(rows.map(({ blob }) => blob));
  const files = (await Array.fromAsync(storage.list('blobs/'))).filter(
    (key) => !named.has(key.split('/').at(-1) ?? ''),
  );
  return { strays: [...strays, ...files], unheard };
}
