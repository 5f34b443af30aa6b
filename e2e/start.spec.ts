import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '..');

/** `npm start`, without npm. */
function start(environment: Record<string, string>): { child: ChildProcess; lines: string[]; ready: Promise<string> } {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...process.env, PORT: '0', WORKER_METRICS_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ready = new Promise<string>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        const address = /^Darkroom is ready at (\S+)/.exec(line)?.[1];
        if (address) resolve(address);
      });
    }
    child.once('exit', () => reject(new Error(`Darkroom did not start:\n${lines.join('\n')}`)));
  });
  return { child, lines, ready };
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0];
}

test('npm start makes the data folder, serves the page, ends when told, and starts again', async () => {
  const environment = { DATA_DIR: test.info().outputPath('data') };
  for (let starts = 1; starts <= 2; starts += 1) {
    const { child, ready } = start(environment);
    expect((await fetch(await ready)).status).toBe(200);
    expect(await stop(child)).toBe(0);
  }
});

test('a setting that is not valid ends npm start with one line that says why', async () => {
  const { child, lines, ready } = start({ DATA_DIR: test.info().outputPath('data'), TASK_MAX_ATTEMPTS: 'many' });
  await expect(ready).rejects.toThrow();
  expect(child.exitCode).toBe(78);
  expect(lines.filter((line) => line.includes('TASK_MAX_ATTEMPTS="many"'))).toHaveLength(1);
});

test('a port that is taken ends npm start with one line that says why', async () => {
  const first = start({ DATA_DIR: test.info().outputPath('data') });
  const { port } = new URL(await first.ready);
  const second = start({ DATA_DIR: test.info().outputPath('other'), PORT: port });
  await expect(second.ready).rejects.toThrow();
  expect(second.child.exitCode).toBe(78);
  expect(second.lines.filter((line) => line.includes(`PORT=${port}`))).toHaveLength(1);
  expect(await stop(first.child)).toBe(0);
});
