import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';

async function start(settings: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-main-'));
  if (settings.MIGRATED !== 'no') await migrate(readConfig({ DATA_DIR: folder }));
  const env = {
    NODE_ENV: 'test' as const,
    DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    WORKER_METRICS_PORT: '0',
    ...settings,
  };
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const worker = fork(join(import.meta.dirname, 'main.ts'), {
    env,
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return {
    worker,
    words: worker.stderr ? text(worker.stderr) : Promise.resolve(''),
    ended: once(worker, 'exit').then(([code]: unknown[]) => code),
    async [Symbol.asyncDispose]() {
      worker.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function ready(worker: ChildProcess): Promise<void> {
  expect(await once(worker, 'message')).toEqual([{ ready: true, healthUrl: expect.any(String) }, undefined]);
}

test('a setting it does not take ends it with one line and the code for what no restart helps', async () => {
  await using started = await start({ WORKER_CONCURRENCY: '0' });
  expect(await started.ended).toBe(78);
  expect(await started.words).toBe(
    'Darkroom\'s worker ended: WORKER_CONCURRENCY="0" is not valid: it takes a number, 1 to 256.\n',
  );
});

test('a database that was not migrated ends it with one line and the code for what no restart helps', async () => {
  await using started = await start({ MIGRATED: 'no' });
  expect(await started.ended).toBe(78);
  expect((await started.words).trim().split('\n')).toHaveLength(1);
});

test('it says when it is ready, and ends well when it is told to', async () => {
  await using started = await start({});
  await ready(started.worker);
  started.worker.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(await started.words).toBe('');
});

test('it ends when its supervisor is gone', async () => {
  await using started = await start({ WORKER_CONSUMERS: 'process' });
  await ready(started.worker);
  started.worker.disconnect();
  expect(await started.ended).toBe(0);
});
