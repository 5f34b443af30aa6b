import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { detectIsolation, startIsolated } from './sandbox.ts';

async function imprison() {
  await using opened = new AsyncDisposableStack();
  const path = await mkdtemp(join(tmpdir(), 'darkroom-sandbox-'));
  opened.defer(() => rm(path, { recursive: true, force: true }));
  const folder = { path: join(path, 'mine'), input: join(path, 'mine/in'), out: join(path, 'mine/out') };
  await mkdir(folder.input, { recursive: true });
  await mkdir(folder.out);
  await writeFile(join(path, 'secret'), 'secret');
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(() => void server.close());
  const child = startIsolated(join(import.meta.dirname, 'testing/prisoner.ts'), folder, detectIsolation());
  opened.defer(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const priority = getPriority(child.pid);
  child.send({ out: folder.out, outside: join(path, 'secret'), port: (server.address() as AddressInfo).port });
  const [report] = await once(child, 'message');
  const stack = opened.move();
  return { report, priority, pid: child.pid, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('a child writes its out folder and reaches nothing else', async () => {
  await using prison = await imprison();
  expect(prison.report).toMatchObject({
    writeOut: null,
    readOutside: 'ERR_ACCESS_DENIED',
    listRoot: 'ERR_ACCESS_DENIED',
    writeOutside: 'ERR_ACCESS_DENIED',
    spawn: 'ERR_ACCESS_DENIED',
  });
});

test.runIf(process.platform === 'linux')('a child has no environment but what its decoder needs', async () => {
  await using prison = await imprison();
  const variables = (await readFile(`/proc/${prison.pid}/environ`, 'utf8')).split('\0').filter(Boolean);
  const own = variables.filter((variable) => !/^(NODE_CHANNEL|MALLOC)_/.test(variable));
  expect(new Set(own)).toEqual(new Set(['NODE_ENV=production', 'VIPS_BLOCK_UNTRUSTED=1']));
});

test.runIf(detectIsolation().withoutNetwork)('a child has no network where the system can take it away', async () => {
  await using prison = await imprison();
  expect(prison.report.network).not.toBeNull();
});

test('a child yields to everything else on the machine', async () => {
  await using prison = await imprison();
  expect(prison.priority).toBe(10);
});
