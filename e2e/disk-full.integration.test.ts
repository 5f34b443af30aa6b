import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Problem, WorkerList, type Task } from '#core/domain/api.ts';
import { isTerminal } from '#core/domain/task.ts';
import { readTasks, sendPictures } from './api.ts';
import { openFullDiskRig, type FullDiskRig } from './full-disk.ts';
import { counted, faultsOf } from './kills/outcome.ts';
import { sendResumably } from './kills/resumable-client.ts';
import { ask } from './admin.ts';

const MB = 1 << 20;
const waiting = { timeout: 60_000, interval: 50 };

it('a disk that fills up in the middle of an upload refuses it, and takes the rest of it once there is room', async () => {
  await using rig = await openFullDiskRig(32 * MB);
  if (!rig) return;
  const { server, worker } = rig;
  await worker.start();
  const { pid } = server;
  const [whole, form] = [await rig.picture('whole.png', 1500, 1300), await rig.picture('form.png', 1500, 1300)];
  await rig.leave(3 * MB);

  const sending = sendResumably(server.url, await readFile(whole), basename(whole));
  await vi.waitFor(async () => expect(await rig.bytesFree()).toBe(0), waiting);
  expect(await refusalOf(server.url, form)).toMatchObject({ status: 507, code: 'storage_full' });
  expect(await readTasks(server.url)).toEqual([]);
  expect(filesUnder(rig, 'files/blobs')).toEqual([]);

  await rig.free();
  const taskId = await sending;
  const again = await sendPictures(server.url, form);
  const sent = [
    { name: basename(whole), taskId },
    { name: basename(form), taskId: again.images[0]?.task_id ?? '' },
  ];
  await allEnded(rig, sent.length);
  await expectDoneOnce(rig, sent);
  expect([server.pid, server.death, worker.death]).toEqual([pid, null, null]);
});

it('a disk with no room for derivatives pauses processing, says why, charges no picture, and goes on by itself', async () => {
  await using rig = await openFullDiskRig(32 * MB);
  if (!rig) return;
  const { server, worker } = rig;
  const sent = await sendSome(rig, 4);
  await rig.leave(0.5 * MB);

  await worker.start();
  const { pid } = worker;
  await vi.waitFor(async () => expect(await pauseOf(server.url)).toMatchObject({ code: 'storage_full' }), waiting);
  const paused = await pauseOf(server.url);
  expect(paused?.detail).toMatch(/room|full/);
  expect(chargedTooMuch(await readTasks(server.url))).toEqual([]);
  expect(halfWritten(rig)).toEqual([]);

  await rig.free();
  await allEnded(rig, sent.length);
  await vi.waitFor(async () => expect(await pauseOf(server.url)).toBeNull(), waiting);
  expect(chargedTooMuch(await readTasks(server.url))).toEqual([]);
  await expectDoneOnce(rig, sent);
  expect([worker.pid, server.death, worker.death]).toEqual([pid, null, null]);
});

it('a disk without one byte left, in the middle of everything, loses nothing, and all goes on by itself', async () => {
  await using rig = await openFullDiskRig(64 * MB);
  if (!rig) return;
  const { server, worker } = rig;
  await worker.start();
  const pids = [server.pid, worker.pid];
  const sent = await sendSome(rig, 12);
  const late = await rig.picture('late.png', 900, 700);
  await vi.waitFor(
    async () => expect((await readTasks(server.url)).some(({ status }) => status !== 'queued')).toBe(true),
    waiting,
  );

  // What is taken back while it is full, a temporary file for one, is filled up again.
  await vi.waitFor(async () => {
    await rig.leave(0);
    expect(await pauseOf(server.url)).toMatchObject({ code: 'storage_full' });
  }, waiting);
  expect(await refusalOf(server.url, late)).toMatchObject({ status: 507, code: 'storage_full' });
  expect(halfWritten(rig)).toEqual([]);

  await rig.free();
  await allEnded(rig, sent.length);
  expect(chargedTooMuch(await readTasks(server.url))).toEqual([]);
  await expectDoneOnce(rig, sent);
  expect([server.pid, worker.pid, server.death, worker.death]).toEqual([...pids, null, null]);
});

interface Sent {
  name: string;
  taskId: string;
}

async function sendSome(rig: FullDiskRig, count: number): Promise<Sent[]> {
  const paths = await Promise.all(Array.from({ length: count }, (_, n) => rig.picture(`noise-${n + 1}.png`, 900, 700)));
  const { images } = await sendPictures(rig.server.url, ...paths);
  expect(images).toHaveLength(count);
  return images.map(({ task_id }, n) => ({ name: basename(paths[n] ?? ''), taskId: task_id }));
}

async function refusalOf(url: string, path: string): Promise<Problem> {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
  return Problem.parse(await (await ask(`${url}/api/v1/images`, { method: 'POST', body })).json());
}

/** Why the worker takes no work, as an operator is told. */
async function pauseOf(url: string) {
  const { items } = WorkerList.parse(await (await ask(`${url}/api/v1/workers`)).json());
  return items[0]?.paused ?? null;
}

async function allEnded({ server }: FullDiskRig, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const tasks = await readTasks(server.url);
    expect(tasks.filter(({ status }) => isTerminal(status))).toHaveLength(count);
  }, waiting);
}

function chargedTooMuch(tasks: Task[]): string[] {
  return tasks
    .filter(({ status, attempts }) => attempts > 1 || status === 'failed' || status === 'retrying')
    .map(({ filename, status, attempts }) => `${filename} is ${status} after ${attempts} attempts`);
}

/** Every picture, and nothing else: no second task, no file that nobody names, nothing left behind. */
async function expectDoneOnce(rig: FullDiskRig, sent: Sent[]): Promise<void> {
  const { url } = rig.server;
  expect((await Promise.all(sent.map((picture) => faultsOf(url, picture)))).flat()).toEqual([]);
  expect([await counted(url, 'created'), await counted(url, 'done')]).toEqual([sent.length, sent.length]);
  expect(filesUnder(rig, 'files/derivatives')).toHaveLength(3 * sent.length);
  expect(halfWritten(rig)).toEqual([]);
  await vi.waitFor(
    () => expect(filesUnder(rig, 'files/.tmp', 'files/.uploads', 'files/marks', 'scratch')).toEqual([]),
    waiting,
  );
}

/** Derivatives in place whose file is not as long as it says. */
function halfWritten(rig: FullDiskRig): string[] {
  return filesUnder(rig, 'files/derivatives').filter((path) => {
    const bytes = readFileSync(path);
    return bytes.length < 8 || bytes.readUInt32LE(4) + 8 !== bytes.length;
  });
}

function filesUnder({ dataDir }: FullDiskRig, ...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    globSync(`${folder}/**`, { cwd: dataDir, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}
