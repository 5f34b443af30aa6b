import { randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stage } from '../fixtures/upload-accidents.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { createUpload, sendOne, TusClient } from '../fixtures/upload-client.ts';
import { Unfinished } from '../limits/unfinished.ts';
import { UploadLocks } from './locks.ts';
import { sweep } from './sweep.ts';
import { UploadStore } from './tus-store.ts';

let app: UploadApp;
let tus: TusClient;

beforeAll(async () => {
  app = await openUploadApp();
  tus = new TusClient(app.url);
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const unfinished = new Unfinished();
const run = () =>
  sweep(app.services, { store: new UploadStore(app.services, unfinished), locks: new UploadLocks(), unfinished });
const traces = () => countTraces(app.services);
const keys = (prefix: string) => Array.fromAsync(app.services.storage.list(prefix));
const idOf = (location: string) => location.split('/').at(-1) ?? '';

/** Makes an upload look as if its last byte had come some hours ago. */
async function age(id: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * 3_600_000);
  await utimes(join(app.services.config.DATA_DIR, 'files/.uploads', id), then, then);
}

async function stageForm(hours: number): Promise<string> {
  const id = randomUUID();
  await app.services.storage.createUpload(id, '');
  await age(id, hours);
  return id;
}

describe('the sweep', () => {
  it('accepts a complete upload that nobody came back for, once', async () => {
    const bytes = await fixture('plain.jpg');
    const location = await createUpload(tus, bytes.byteLength);
    await stage(app.services, location, bytes);
    await run();
    await run();
    expect(await traces()).toEqual(oneImage);
    expect((await tus.head(location)).headers.get('x-task-id')).not.toBeNull();
  });

  it('discards a complete upload that is refused', async () => {
    const location = await createUpload(tus, 5);
    await stage(app.services, location, Buffer.from('hello'));
    await run();
    expect(await traces()).toEqual(nothing);
  });

  it('discards partial uploads a day after their last byte, and what no form came to own after an hour', async () => {
    const [fresh, old] = [idOf(await createUpload(tus, 10)), idOf(await createUpload(tus, 10))];
    await age(fresh, 23);
    await age(old, 25);
    const [form] = [await stageForm(0.5), await stageForm(2)];
    await run();
    const left = (await Array.fromAsync(app.services.storage.uploads())).map(({ id }) => id);
    expect(left.toSorted()).toEqual([fresh, form].toSorted());
  });

  it('deletes blobs that no image has, and keeps the others', async () => {
    const { sha256 } = await sendOne(app.url, await fixture('plain.jpg'));
    const orphan = 'f'.repeat(64);
    await app.services.storage.put(`blobs/ff/${orphan}`, Buffer.from('x'));
    await run();
    expect(await keys('blobs/')).toEqual([`blobs/${sha256.slice(0, 2)}/${sha256}`]);
  });

  it('deletes derivatives of images that are gone, and keeps the others', async () => {
    const { id } = await sendOne(app.url, await fixture('plain.jpg'));
    for (const image of [id, randomUUID()]) {
      for (const name of ['large', 'small']) {
        await app.services.storage.put(`derivatives/${image}/web@1/${name}.webp`, Buffer.from('x'));
      }
    }
    await run();
    expect(await keys('derivatives/')).toEqual([
      `derivatives/${id}/web@1/large.webp`,
      `derivatives/${id}/web@1/small.webp`,
    ]);
  });

  it('deletes the marks of runs that are over, and keeps those of runs that go on', async () => {
    const { storage, database } = app.services;
    const going = await sendOne(app.url, await fixture('plain.jpg'));
    const done = await sendOne(app.url, await fixture('plain.png'));
    await database.write(async (trx) => {
      await trx.updateTable('tasks').set({ run: 2 }).where('id', '=', going.task_id).execute();
      await trx.updateTable('tasks').set({ status: 'done' }).where('id', '=', done.task_id).execute();
    });
    const marks = [`${going.task_id}-1`, `${going.task_id}-2`, `${done.task_id}-1`, `${randomUUID()}-1`];
    for (const mark of marks) await storage.put(`marks/${mark}`, Buffer.from('1'));
    await run();
    expect(await keys('marks/')).toEqual([`marks/${going.task_id}-2`]);
  });

  it('takes nothing from images that are accepted and deleted meanwhile', { timeout: 60_000 }, async () => {
    const bytes = await fixture('plain.gif');
    let sending = true;
    const sweeping = (async () => {
      while (sending) await run();
    })();
    for (let n = 0; n < 20; n += 1) {
      const { id } = await sendOne(app.url, bytes);
      expect((await fetch(`${app.url}/api/v1/images/${id}/original`)).status).toBe(200);
      await fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' });
    }
    const { id } = await sendOne(app.url, bytes);
    sending = false;
    await sweeping;
    expect((await fetch(`${app.url}/api/v1/images/${id}/original`)).status).toBe(200);
  });

  it('does not bring back an image that was deleted while its upload was still lying there', async () => {
    const bytes = await fixture('plain.jpg');
    const location = await createUpload(tus, bytes.byteLength);
    const task = (await tus.patch(location, 0, bytes)).headers.get('x-task-id') ?? '';
    await app.services.storage.createUpload(
      idOf(location),
      JSON.stringify({ length: bytes.byteLength, user_id: 'owner', metadata: {} }),
    );
    await stage(app.services, location, bytes);
    const { image_id } = await app.services.database.read((db) =>
      db.selectFrom('tasks').select('image_id').where('id', '=', task).executeTakeFirstOrThrow(),
    );
    await fetch(`${app.url}/api/v1/images/${image_id}`, { method: 'DELETE' });
    await run();
    expect(await traces()).toMatchObject({ images: 0, tasks: 0, files: 0, staged: 0 });
  });
});
