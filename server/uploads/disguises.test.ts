import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { notTaken, polyglots } from '#core/fixtures/disguises.ts';
import { clear, countTraces, nothing, oneImage, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { sendForm, TusClient } from '../fixtures/upload-client.ts';

let app: UploadApp;
beforeAll(async () => {
  app = await openUploadApp();
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

test.for(Object.entries(notTaken))('%s is refused by its bytes, whatever it calls itself', async ([, bytes]) => {
  const sent = Uint8Array.from(bytes);
  const { status, body } = await sendForm(app.url, [['file', sent, 'holiday.jpg']]);
  expect([status, body.code]).toEqual([415, 'unsupported_format']);

  const resumable = await new TusClient(app.url).create(
    sent.byteLength,
    { filename: 'a.png', filetype: 'image/png' },
    sent,
  );
  expect(resumable.status).toBe(415);
  expect(await countTraces(app.services)).toEqual(nothing);
});

test.for(Object.entries(polyglots))('%s is taken as the picture it is', async ([, bytes]) => {
  const { status } = await sendForm(app.url, [['file', Uint8Array.from(bytes), 'a.html']]);
  expect(status).toBe(202);
  expect(await countTraces(app.services)).toEqual(oneImage);
});
