import { expect, onTestFinished, test } from 'vitest';
import type { Problem } from '#core/domain/api.ts';
import { halfSend } from '../fixtures/upload-accidents.ts';
import { fixture, openUploadApp } from '../fixtures/upload-app.ts';
import { createUpload, sendForm, sendOne, TusClient, type FormEntry } from '../fixtures/upload-client.ts';

async function open(settings: Record<string, string>) {
  const app = await openUploadApp({ settings });
  onTestFinished(() => app[Symbol.asyncDispose]());
  return { app, tus: new TusClient(app.url), picture: await fixture('plain.jpg') };
}

const problemOf = async (response: Response) => ({
  status: response.status,
  retryAfter: Number(response.headers.get('retry-after')),
  code: ((await response.json()) as Problem).code,
});
const busy = { status: 429, retryAfter: 1, code: 'too_many_uploads' };

test('more uploads at once than allowed are refused, and a place is free again when a connection breaks', async () => {
  const { app, tus, picture } = await open({ UPLOADS_AT_ONCE: '1' });
  const [held, other] = [await createUpload(tus, 1000), await createUpload(tus, 1000)];
  const { drop } = await halfSend(app, held, 1000, Buffer.alloc(10));
  expect(await problemOf(await tus.patch(other, 0, Buffer.alloc(1000)))).toEqual(busy);
  expect(await problemOf(await tus.create(10))).toEqual(busy);
  const form = await sendForm(app.url, [['file', picture, 'a.jpg']]);
  expect([form.status, form.body.code]).toEqual([429, 'too_many_uploads']);
  expect((await tus.head(held)).status).toBe(200);
  drop();
  const again = async () => (await sendForm(app.url, [['file', picture, 'a.jpg']])).status;
  await expect.poll(again, { timeout: 5000 }).toBe(202);
  expect((await tus.head(held)).headers.get('upload-offset')).toBe('10');
});

test('a place is free again after an upload was accepted and after one was refused', async () => {
  const { app, tus, picture } = await open({ UPLOADS_AT_ONCE: '1' });
  await sendOne(app.url, picture);
  expect((await sendForm(app.url, [['file', Buffer.from('text'), 'a.txt']])).status).toBe(415);
  const location = await createUpload(tus, 4);
  expect((await tus.patch(location, 0, 'text')).status).toBe(415);
  await sendOne(app.url, picture);
});

test('pictures are counted by the minute: each file of a form, and each resumable upload once', async () => {
  const { app, tus, picture } = await open({ RATE_LIMIT_UPLOADS: '4' });
  const file: FormEntry = ['file', picture, 'a.jpg'];
  expect((await sendForm(app.url, [file, file])).status).toBe(202);
  const location = await createUpload(tus, picture.byteLength);
  expect((await tus.patch(location, 0, picture.subarray(0, 10))).status).toBe(204);
  expect((await tus.patch(location, 10, picture.subarray(10))).status).toBe(204);
  const over = await sendForm(app.url, [file, file]);
  expect([over.status, over.body.code]).toEqual([429, 'rate_limited']);
  const refused = await problemOf(await tus.create(10));
  expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(refused.retryAfter).toBeGreaterThan(50);
  expect(refused.retryAfter).toBeLessThanOrEqual(60);
});

test('an upload is no longer unfinished once it is accepted, refused, deleted, or was never made', async () => {
  const length = (await fixture('plain.jpg')).byteLength;
  const { app, tus, picture } = await open({ QUOTA_BYTES: String(length) });
  const refused = await createUpload(tus, length);
  expect((await tus.patch(refused, 0, Buffer.alloc(length))).status).toBe(415);
  const accepted = await createUpload(tus, length);
  expect((await tus.patch(accepted, 0, picture)).status).toBe(204);
  const { id } = await app.services.database.read((db) =>
    db.selectFrom('images').select('id').executeTakeFirstOrThrow(),
  );
  expect((await fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await tus.create(length, {}, Buffer.alloc(length))).status).toBe(415);
  const deleted = await createUpload(tus, length);
  expect((await tus.terminate(deleted)).status).toBe(204);
  expect((await tus.create(length)).status).toBe(201);
});
