import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { cannotStart, supervise } from './supervisor.mjs';

const folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
const supervisors: ReturnType<typeof supervise>[] = [];
let programs = 0;

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) {
    supervisor.kill();
    await supervisor.ended;
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(source: string) {
  programs += 1;
  const name = `program-${programs}`;
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  return { name, path: process.execPath, args: [file] };
}

/** Supervises a program whose `{ ready: true, url }` messages carry its process id; `next` resolves to the next one. */
function watch(source: string, options: Parameters<typeof supervise>[1] = {}) {
  const lines: string[] = [];
  const ready: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const watched = program(source);
  const supervisor = supervise([watched], {
    minDelayMs: 1,
    say: (line) => lines.push(line),
    onReady: (_name, { url }) => {
      ready.push(url ?? '');
      arrived.resolve();
    },
    ...options,
  });
  supervisors.push(supervisor);
  const next = async () => {
    while (ready.length === 0) await arrived.promise;
    arrived = Promise.withResolvers();
    return Number(ready.shift());
  };
  return { supervisor, name: watched.name, next, lines };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const stays = `
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => {}, 60_000);
  process.send({ ready: true, url: String(process.pid) });
`;
const ignoresTheSignal = stays.replace('process.exit(0)', '{}');

test('a program that is killed is started again, and why is said', async () => {
  const { next, lines } = watch(stays);
  const first = await next();
  process.kill(first, 'SIGKILL');
  expect(await next()).not.toBe(first);
  expect(lines).toEqual([expect.stringContaining('ended (SIGKILL) and starts again in 1 ms')]);
});

test('a program that keeps dying waits longer each time, up to the longest delay', async () => {
  const { next, lines } = watch(`process.send({ ready: true }, () => process.exit(1));`, { maxDelayMs: 4 });
  for (let starts = 0; starts < 5; starts += 1) await next();
  expect(lines.slice(0, 4).map((line) => line.match(/\d+ ms/)?.[0])).toEqual(['1 ms', '2 ms', '4 ms', '4 ms']);
});

test('the delay is the first again for a program that was up for a while', async () => {
  const { next, lines } = watch(`process.send({ ready: true }, () => process.exit(1));`, { settledMs: 0 });
  for (let starts = 0; starts < 4; starts += 1) await next();
  expect(lines.slice(0, 3).map((line) => line.match(/\d+ ms/)?.[0])).toEqual(['1 ms', '1 ms', '1 ms']);
});

test('a program that cannot start ends all others too, with its exit code', async () => {
  const neighbour = program(stays);
  const broken = program(`process.exit(${cannotStart});`);
  const supervisor = supervise([neighbour, broken], { say: () => {} });
  supervisors.push(supervisor);
  expect(await supervisor.ended).toBe(cannotStart);
});

test('stop asks every program to end and resolves once it has', async () => {
  const { supervisor, next } = watch(stays);
  const pid = await next();
  supervisor.stop();
  expect(await supervisor.ended).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test('a program that does not end is killed at the deadline', async () => {
  const { supervisor, next } = watch(ignoresTheSignal, { deadlineMs: 1 });
  const pid = await next();
  supervisor.stop();
  expect(await supervisor.ended).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test('kill does not wait for the deadline', async () => {
  const { supervisor, next } = watch(ignoresTheSignal, { deadlineMs: 1_000_000 });
  await next();
  supervisor.stop();
  supervisor.kill();
  expect(await supervisor.ended).toBe(0);
});

test('a program that waits to be started again is not waited for after a stop', async () => {
  const { path, args } = program(`
    import { supervise } from ${JSON.stringify(new URL('supervisor.mjs', import.meta.url).href)};
    const ends = { name: 'ends', path: process.execPath, args: ['-e', ''] };
    const supervisor = supervise([ends], { minDelayMs: 1_000_000, maxDelayMs: 1_000_000, say: () => supervisor.stop() });
  `);
  const [code] = await once(spawn(path, args), 'exit');
  expect(code).toBe(0);
});

test('restart ends a program, which then starts with the first delay', async () => {
  const { supervisor, name, next, lines } = watch(stays);
  const first = await next();
  supervisor.restart(name);
  expect(await next()).not.toBe(first);
  expect(lines).toEqual([`${name} ended (exit code 0) and starts again in 1 ms`]);
});
