import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { migrate } from '#core/database/migrate.ts';

let folder: string;
let child: ChildProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-main-'));
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** The server as the supervisor starts it, without pages. */
function start(env: Record<string, string> = {}) {
  child = fork(resolve(import.meta.dirname, 'main.ts'), ['--no-pages'], {
    cwd: resolve(import.meta.dirname, '..'),
    env: { NODE_ENV: 'test', PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'silent', ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const said = (async () => {
    let text = '';
    for await (const chunk of child.stderr ?? []) text += chunk;
    return text;
  })();
  return { ended, said };
}

async function url(): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ ready: boolean; url: string }];
  expect(message.ready).toBe(true);
  return message.url;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'it says when it is ready, answers, and ends with 0 on %s',
  async (signal) => {
    await migrate({ DATA_DIR: folder });
    const { ended, said } = start();
    const address = await url();
    await vi.waitFor(async () => expect((await fetch(`${address}/readyz`)).status).toBe(200), { timeout: 10_000 });
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(await said).toBe('');
  },
);

test.each([
  ['where others can reach it without TLS', { HOST: '0.0.0.0' }, true],
  ['but not where a proxy has TLS', { HOST: '0.0.0.0', PUBLIC_URL: 'https://photos.example' }, false],
  ['but not where nobody else can', {}, false],
])('it warns loudly at start, %s', async (_what, env, warns) => {
  await migrate({ DATA_DIR: folder });
  start({ LOG_LEVEL: 'warn', ...env });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await url();
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(text.includes('UNPROTECTED')).toBe(warns);
});

test('it ends when the process that started it is gone', async () => {
  await migrate({ DATA_DIR: folder });
  const { ended } = start();
  await url();
  child.disconnect();
  expect(await ended).toBe(0);
});

test.each([
  ['a setting it does not take', { PORT: 'many' }, 'PORT="many"'],
  ['a database that has not been migrated', {}, 'migrate'],
])('with %s it ends with one line that says so', async (_what, env, line) => {
  const { ended, said } = start(env);
  expect(await ended).toBe(78);
  expect((await said).trim().split('\n')).toEqual([expect.stringContaining(line)]);
});

test('with a port that is taken it ends with one line that says so', async () => {
  await migrate({ DATA_DIR: folder });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { ended, said } = start({ PORT: String(port) });
  expect(await ended).toBe(78);
  expect((await said).trim().split('\n')).toEqual([expect.stringContaining(`PORT=${port} is taken`)]);
  other.close();
});
