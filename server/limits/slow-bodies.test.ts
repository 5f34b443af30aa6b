import { afterEach, expect, onTestFinished, test } from 'vitest';
import { around } from '../fixtures/around.ts';
import { clear, countTraces, fixture, nothing, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { createUpload, sendOne, TusClient } from '../fixtures/upload-client.ts';
import { answerOf, openWire, tell, type Wire } from './testing/wire.ts';
import type { Timeouts } from './timeouts.ts';

let app: UploadApp;
afterEach(() => clear(app.services));

async function open(timeouts: Partial<Timeouts>): Promise<string> {
  app = await openUploadApp({ timeouts: { checkMs: 10, ...timeouts }, settings: { UPLOADS_AT_ONCE: '1' } });
  onTestFinished(() => app[Symbol.asyncDispose]());
  return app.url;
}

/** Says a byte again and again, so often or for as long as somebody listens. */
function drip({ socket }: Wire, everyMs: number, times = Infinity): void {
  let said = 0;
  const timer = setInterval(() => {
    socket.write('x');
    said += 1;
    if (said >= times) clearInterval(timer);
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}

const late = { status: 408, code: 'request_timeout', type: 'application/problem+json' };
const head = (line: string, ...headers: string[]) => [line, 'host: localhost', ...headers, '', ''].join('\r\n');
const form = (...headers: string[]) =>
  head('POST /api/v1/images HTTP/1.1', 'content-type: multipart/form-data; boundary=b', ...headers);
const json = head(
  'DELETE /api/v1/images/00000000-0000-4000-8000-000000000000 HTTP/1.1',
  'content-type: application/json',
  'content-length: 1000',
);
const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';
const patch = (location: string) =>
  head(
    `PATCH ${location} HTTP/1.1`,
    'tus-resumable: 1.0.0',
    'upload-offset: 0',
    'content-type: application/offset+octet-stream',
    'content-length: 1000',
  );

test('a header that does not come in time is a problem, and the end of the connection', async () => {
  const url = await open({ headersMs: 100 });
  expect(answerOf(await tell(url, 'GET / HTTP/1.1\r\nhost: local'))).toEqual(late);
});

test('who connects and says nothing is not waited for', async () => {
  const url = await open({ headersMs: 100 });
  expect(answerOf(await tell(url, ''))).toEqual(late);
});

test.each([
  ['JSON', json, '{"a":'],
  ['a form, of known length', form('content-length: 1000'), part],
  ['a form, in chunks', form('transfer-encoding: chunked'), '5\r\n--b\r\n\r\n'],
])('a body that falls silent ends the connection: %s', async (_what, start, body) => {
  const url = await open({ silentMs: 100 });
  expect(answerOf(await tell(url, start + body))).toEqual(late);
  expect(await countTraces(app.services)).toEqual(nothing);
  expect((await sendOne(url, await fixture('plain.jpg'))).id).toEqual(expect.any(String));
});

test('a resumable upload that falls silent is ended, and keeps what it has', async () => {
  const url = await open({ silentMs: 200 });
  const tus = new TusClient(url);
  const location = await createUpload(tus, 1000);
  expect(answerOf(await tell(url, `${patch(location)}0123456789`))).toEqual(late);
  await expect.poll(async () => (await tus.head(location)).headers.get('upload-offset'), { timeout: 5000 }).toBe('10');
  expect((await tus.patch(location, 10, 'more')).status).toBe(204);
});

test('JSON that comes byte by byte has to be complete in time all the same', async () => {
  const url = await open({ bodyMs: 200 });
  await using wire = await openWire(url);
  wire.say(json);
  drip(wire, 10);
  expect(answerOf(await wire.ended)).toEqual(late);
});

test.each(['form', 'resumable upload'])('a %s that comes byte by byte is too slow', async (kind) => {
  const url = await open({ paceMs: 200, bytesPerSecond: 1000 });
  const location = await createUpload(new TusClient(url), 1000);
  await using wire = await openWire(url);
  wire.say(kind === 'form' ? form('content-length: 10000') + part : patch(location));
  drip(wire, 10);
  expect(answerOf(await wire.ended)).toEqual(late);
});

test('an upload that keeps up the pace may last longer than any of these times', async () => {
  const url = await open({ bodyMs: 50, paceMs: 1000, bytesPerSecond: 2 });
  const location = await createUpload(new TusClient(url), 30);
  await using wire = await openWire(url);
  wire.say(patch(location).replace('content-length: 1000', 'connection: close\r\ncontent-length: 30'));
  drip(wire, 50, 30);
  expect(answerOf(await wire.ended)).toMatchObject({ status: 415 });
});

test('what is left of a body after its answer is not waited for either', async () => {
  const url = await open({ bodyMs: 100 });
  await using wire = await openWire(url);
  wire.say(head('POST /nothing HTTP/1.1', 'origin: a', 'origin: b', 'content-length: 1000'));
  drip(wire, 10);
  expect(answerOf(await wire.ended)).toMatchObject({ status: 400, code: 'bad_request' });
});

test('no time passes while it is this server that does not read', async () => {
  let go = (): void => {};
  const stuck = new Promise<void>((resolve) => (go = resolve));
  app = await openUploadApp({
    timeouts: { checkMs: 5, silentMs: 400, paceMs: 400 },
    wrap: (storage) =>
      around(storage, {
        append: async (id, offset, source) => {
          await stuck;
          return storage.append(id, offset, source);
        },
      }),
  });
  onTestFinished(() => app[Symbol.asyncDispose]());
  const tus = new TusClient(app.url);
  const location = await createUpload(tus, 2_000_000);
  const answer = tus.patch(location, 0, Buffer.alloc(1_000_000));
  setTimeout(go, 1000);
  expect((await answer).status).toBe(204);
});
