import { createHash, randomUUID } from 'node:crypto';
import { parse } from 'content-disposition';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDetails } from '#core/domain/api.ts';
import { blobKey, derivativeKey } from '#core/domain/image.ts';
import { clear, countTraces, fixture, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { sendOne } from '../fixtures/upload-client.ts';

let app: UploadApp;

beforeAll(async () => {
  app = await openUploadApp();
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const get = (path: string, headers: Record<string, string> = {}) => fetch(app.url + path, { headers });
const traces = () => countTraces(app.services);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('an image', () => {
  it('is downloaded as it came, under its own name', async () => {
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes, 'Grüße (1).png');
    const response = await get(`/api/v1/images/${id}/original`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.byteLength),
      'content-disposition': `attachment; filename="Gr??e (1).png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*; sandbox$/),
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-cache',
      vary: 'Cookie, Authorization, X-API-Key',
      etag: `"${sha256(bytes)}"`,
    });
  });

  it.each([
    ['page.html', 'page.html.png'],
    ['run.exe.', 'run.exe..png'],
    ['PLAIN.PNG', 'PLAIN.PNG'],
    ['../../etc/passwd', 'passwd.png'],
    ['%2e%2e%5cx%00.png', '%2e%2e%5cx%00.png'],
    ['\u202egnp.exe', 'gnp.exe.png'],
    ["'()*;=, 日本 😀.png", "'()*;=, 日本 😀.png"],
  ])('sent as %j is saved as %j, in one header of plain characters', async (sent, saved) => {
    const { id } = await sendOne(app.url, await fixture('plain.png'), sent);
    const header = (await get(`/api/v1/images/${id}/original`)).headers.get('content-disposition') ?? '';
    expect(header).toMatch(/^attachment; [\x20-\x7e]+$/);
    expect(parse(header)).toMatchObject({ type: 'attachment', parameters: { filename: saved } });
  });

  it.each([
    ['bytes=0-9', 206, 0, 10],
    ['bytes=100-', 206, 100, undefined],
    ['bytes=-7', 206, -7, undefined],
    ['bytes=5-999999', 206, 5, undefined],
    ['bytes=-999999', 206, 0, undefined],
    [`bytes=0-${'9'.repeat(80)}`, 206, 0, undefined],
    ['bytes=0-1,5-6', 200, 0, undefined],
    [`bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n}`).join(',')}`, 200, 0, undefined],
    [`bytes=0-${'9'.repeat(100)}`, 200, 0, undefined],
    ['bytes=-', 200, 0, undefined],
    ['bytes=0-0 ', 206, 0, 1],
    ['BYTES=0-0', 200, 0, undefined],
    ['bytes=9-2', 200, 0, undefined],
    ['lines=1-2', 200, 0, undefined],
  ])('answers the range %s with %i', async (range, status, start, end) => {
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes);
    const response = await get(`/api/v1/images/${id}/original`, { range });
    expect(response.status).toBe(status);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(start, end))).toBe(true);
  });

  it('refuses a range beyond its end, and serves the whole where the file has changed since', async () => {
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes);
    const path = `/api/v1/images/${id}/original`;
    const beyond = await get(path, { range: `bytes=${bytes.byteLength}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.byteLength}`]);
    for (const none of ['etag', 'vary', 'content-disposition']) expect(beyond.headers.has(none)).toBe(false);
    for (const range of ['bytes=-0', `bytes=${'9'.repeat(80)}-`]) expect((await get(path, { range })).status).toBe(416);
    expect((await get(path, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await get(path, { range: 'bytes=0-1', 'if-range': `"${sha256(bytes)}"` })).status).toBe(206);
  });

  it('is not sent again to who has it, and its head alone to who asks for that', async () => {
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes);
    const path = `/api/v1/images/${id}/original`;
    expect((await get(path, { 'if-none-match': `W/"x", "${sha256(bytes)}"` })).status).toBe(304);
    const head = await fetch(app.url + path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.byteLength)]);
  });

  it('shows a derivative once it is there, to be kept for good', async () => {
    const { id } = await sendOne(app.url, await fixture('plain.png'));
    const path = `/api/v1/images/${id}/derivatives/small`;
    expect((await get(path)).status).toBe(404);
    const small = { name: 'small', format: 'webp', width: 240, height: 160, bytes: 5 };
    await app.services.storage.put(derivativeKey(id, { name: 'web', version: 1 }, small), Buffer.from('bytes'));
    expect((await get(path)).status, 'before its task row tells of it').toBe(200);
    await app.services.database.write((trx) =>
      trx
        .updateTable('tasks')
        .set({ status: 'done', derivatives: JSON.stringify([small]) })
        .where('image_id', '=', id)
        .execute(),
    );
    const response = await get(path);
    expect(await response.text()).toBe('bytes');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
      'content-disposition': 'inline; filename=plain-small.webp',
      'content-security-policy': expect.stringContaining('sandbox'),
      vary: 'Cookie, Authorization, X-API-Key',
      'x-content-type-options': 'nosniff',
    });
    const etag = response.headers.get('etag') ?? '';
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
    const details = (await (await get(`/api/v1/images/${id}`)).json()) as ImageDetails;
    expect(details.derivatives).toEqual([{ ...small, url: path }]);
  });

  it('is not found under an id there is not, nor once its file is gone', async () => {
    for (const path of ['', '/original', '/derivatives/small']) {
      expect((await get(`/api/v1/images/${randomUUID()}${path}`)).status).toBe(404);
    }
    expect((await get('/api/v1/images/..%2f..%2fetc')).status).toBe(400);
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes);
    await app.services.storage.delete(blobKey(sha256(bytes)));
    expect((await get(`/api/v1/images/${id}/original`)).status).toBe(404);
  });

  it('is deleted with its blob, unless another image has the same bytes', async () => {
    const bytes = await fixture('plain.png');
    const [first, second] = [await sendOne(app.url, bytes), await sendOne(app.url, bytes)];
    const remove = (id: string) => fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' });
    await app.services.storage.put(`derivatives/${first.id}/web@1/small.webp`, Buffer.from('x'));

    expect((await remove(first.id)).status).toBe(204);
    expect((await get(`/api/v1/images/${first.id}`)).status).toBe(404);
    expect((await remove(first.id)).status).toBe(404);
    expect((await get(`/api/v1/images/${second.id}/original`)).status).toBe(200);
    expect(await traces()).toMatchObject({ images: 1, tasks: 1, files: 1 });

    expect((await remove(second.id)).status).toBe(204);
    expect(await traces()).toMatchObject({ images: 0, tasks: 0, files: 0 });
  });

  it(
    'keeps its bytes while others of the same bytes are deleted and sent at the same time',
    { timeout: 60_000 },
    async () => {
      const bytes = await fixture('plain.gif');
      const rounds = Array.from({ length: 8 }, async () => {
        for (let n = 0; n < 5; n += 1) {
          const { id } = await sendOne(app.url, bytes);
          expect((await get(`/api/v1/images/${id}/original`)).status).toBe(200);
          expect((await fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' })).status).toBe(204);
        }
      });
      await Promise.all(rounds);
      expect(await traces()).toMatchObject({ images: 0, tasks: 0, files: 0, staged: 0 });
    },
  );
});
