import { createHash, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDetails, Problem } from '#core/domain/api.ts';
import { blobKey, derivativeKey } from '#core/domain/image.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { sendForm, sendOne, type FormEntry } from '../fixtures/upload-client.ts';

const settings = { UPLOAD_MAX_BYTES: '100000', IMAGE_MAX_PIXELS: '100000' };
let app: UploadApp;

beforeAll(async () => {
  app = await openUploadApp({ settings });
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const send = (entries: FormEntry[], headers?: Record<string, string>) => sendForm(app.url, entries, headers);
const get = (path: string, headers: Record<string, string> = {}) => fetch(app.url + path, { headers });
const traces = () => countTraces(app.services);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const pngOf = (width: number, height: number) => {
  const bytes = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes as Buffer<ArrayBuffer>;
};

describe('POST /api/v1/images', () => {
  it('accepts a file: its blob, its row, its task and its messages', async () => {
    const bytes = await fixture('rotated-6.jpg');
    const { status, body } = await send([['file', bytes, 'Über den Wolken.jpg']]);
    expect(status).toBe(202);
    const [image] = body.images;
    expect(image).toMatchObject({
      sha256: sha256(bytes),
      format: 'jpeg',
      width: 160,
      height: 240,
      bytes: bytes.byteLength,
    });
    expect(body.rejected).toEqual([]);
    expect(await traces()).toEqual(oneImage);
    expect(await app.services.storage.size(blobKey(sha256(bytes)))).toBe(bytes.byteLength);
    const details = (await (await get(`/api/v1/images/${image?.id}`)).json()) as ImageDetails;
    expect(details).toMatchObject({
      ...image,
      filename: 'Über den Wolken.jpg',
      status: 'queued',
      derivatives: [],
      batch: null,
    });
  });

  it('takes fields before and after the files, and knows the format by the bytes', async () => {
    const gif = await fixture('plain.gif');
    const before = await send([
      ['preset', 'web'],
      ['batch', 'one'],
      ['file', gif, 'a.jpg'],
    ]);
    const after = await send([
      ['file', gif, 'b.txt'],
      ['batch', 'two'],
      ['preset', 'web'],
    ]);
    expect([before.status, after.status]).toEqual([202, 202]);
    const rows = await app.services.database.read((db) =>
      db.selectFrom('images').select(['batch', 'format', 'filename']).orderBy('batch').execute(),
    );
    expect(rows).toEqual([
      { batch: 'one', format: 'gif', filename: 'a.jpg' },
      { batch: 'two', format: 'gif', filename: 'b.txt' },
    ]);
  });

  it('accepts the sound files of many and says why it refused the others', async () => {
    const { status, body } = await send([
      ['file', await fixture('plain.png'), 'a.png'],
      ['file', Buffer.from('<svg/>'), 'b.svg'],
      ['file', await fixture('plain.webp'), 'c.webp'],
      ['file', Buffer.alloc(0), 'd.jpg'],
    ]);
    expect(status).toBe(202);
    expect(body.images.map(({ format }) => format)).toEqual(['png', 'webp']);
    expect(body.rejected).toEqual([
      { name: 'b.svg', code: 'unsupported_format', detail: expect.stringContaining('SVG') },
      { name: 'd.jpg', code: 'empty_file', detail: expect.any(String) },
    ]);
    expect(await traces()).toEqual({ images: 2, tasks: 2, outbox: 6, files: 2, staged: 0 });
  });

  it('keeps one blob for the same bytes sent twice', async () => {
    const bytes = await fixture('plain.avif');
    await send([
      ['file', bytes, 'a.avif'],
      ['file', bytes, 'b.avif'],
    ]);
    await send([['file', bytes, 'c.avif']]);
    expect(await traces()).toEqual({ images: 3, tasks: 3, outbox: 9, files: 1, staged: 0 });
  });

  it('cleans names: no path, nothing invisible, at most 255 characters', async () => {
    const bytes = await fixture('plain.gif');
    const names = ['C:\\Users\\me\\holiday.gif', '../../etc/passwd', ' \u202egnp.\u0007exe ', `${'ö'.repeat(300)}.gif`];
    for (const name of names) await send([['file', bytes, name]]);
    const rows = await app.services.database.read((db) =>
      db.selectFrom('images').select('filename').orderBy('created_at').execute(),
    );
    expect(rows.map(({ filename }) => filename)).toEqual(['holiday.gif', 'passwd', 'gnp.exe', 'ö'.repeat(255)]);
  });

  it.each<[string, () => Promise<FormEntry[]> | FormEntry[], number, string]>([
    ['an empty file', () => [['file', Buffer.alloc(0), 'a.jpg']], 422, 'empty_file'],
    [
      'a file one byte too large',
      async () => [
        ['file', Buffer.concat([await fixture('plain.jpg'), Buffer.alloc(100_001)]).subarray(0, 100_001), 'a.jpg'],
      ],
      413,
      'file_too_large',
    ],
    ['SVG called JPEG', () => [['file', Buffer.from('<svg xmlns="x"/>'), 'a.jpg']], 415, 'unsupported_format'],
    [
      'HEIC',
      () => [['file', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1') as Buffer<ArrayBuffer>, 'a.heic']],
      415,
      'unsupported_format',
    ],
    ['text', () => [['file', Buffer.from('hello'), 'a.txt']], 415, 'unsupported_format'],
    ['a header that stops', () => [['file', Buffer.from('GIF89a'), 'a.gif']], 422, 'unreadable_header'],
    ['more pixels than allowed', () => [['file', pngOf(1000, 101), 'a.png']], 422, 'too_many_pixels'],
    [
      'a preset there is not',
      async () => [
        ['preset', 'none'],
        ['file', await fixture('plain.jpg'), 'a.jpg'],
      ],
      422,
      'unknown_preset',
    ],
    [
      'a preset there is not, said last',
      async () => [
        ['file', await fixture('plain.jpg'), 'a.jpg'],
        ['preset', 'none'],
      ],
      422,
      'unknown_preset',
    ],
    [
      'a batch that is not an id',
      async () => [
        ['batch', 'a b'],
        ['file', await fixture('plain.jpg'), 'a.jpg'],
      ],
      400,
      'bad_request',
    ],
    [
      'a field that is too long',
      async () => [
        ['batch', 'x'.repeat(5000)],
        ['file', await fixture('plain.jpg'), 'a.jpg'],
      ],
      400,
      'bad_request',
    ],
    ['no file', () => [['preset', 'web']], 400, 'no_file'],
    ['a file input nobody used', () => [['file', Buffer.alloc(0), '']], 400, 'no_file'],
  ])('refuses %s and leaves nothing', async (_what, entries, status, code) => {
    const answer = await send(await entries());
    expect(answer).toMatchObject({
      status,
      type: expect.stringContaining('application/problem+json'),
      body: { status, code },
    });
    expect(await traces()).toEqual(nothing);
  });

  it('answers the problem of the first, with the story of each, where none of many can be accepted', async () => {
    const answer = await send([
      ['file', Buffer.from('text'), 'a.txt'],
      ['file', Buffer.alloc(0), 'b.jpg'],
    ]);
    expect(answer).toMatchObject({ status: 415, type: expect.stringContaining('application/problem+json') });
    expect(answer.body.code).toBe('unsupported_format');
    expect(answer.body.rejected.map(({ name, code }) => [name, code])).toEqual([
      ['a.txt', 'unsupported_format'],
      ['b.jpg', 'empty_file'],
    ]);
    expect(await traces()).toEqual(nothing);
  });

  it.each([
    [
      'a form without its end',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    ],
    ['a form without a boundary', 'multipart/form-data', 'abc'],
    ['what is no form', 'application/json', '{}'],
    ['a form of noise', 'multipart/form-data; boundary=x', '\0\0\0--y\r\n'],
  ])('refuses %s as a bad request and leaves nothing', async (_what, type, body) => {
    const response = await fetch(`${app.url}/api/v1/images`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.code]).toEqual([400, 'bad_request']);
    expect(await traces()).toEqual(nothing);
  });

  it('refuses more than 1000 files and leaves nothing', { timeout: 60_000 }, async () => {
    const bytes = await fixture('plain.gif');
    const answer = await send(Array.from({ length: 1001 }, (_, n): FormEntry => ['file', bytes, `${n}.gif`]));
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(await traces()).toEqual(nothing);
  });

  it('leaves nothing of a request that breaks off', async () => {
    const { services } = app;
    const sending = httpRequest(`${app.url}/api/v1/images`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 90_000 },
    });
    const closed = new Promise<void>((resolve) => sending.on('error', () => {}).on('close', resolve));
    sending.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n');
    sending.write(Buffer.alloc(60_000, 1));
    await expect.poll(async () => (await traces()).staged).toBe(1);
    sending.destroy();
    await closed;
    await expect.poll(() => countTraces(services)).toEqual(nothing);
  });
});

describe('Idempotency-Key', () => {
  it('answers the same for the same key and body, and accepts once', async () => {
    const entries: FormEntry[] = [
      ['file', await fixture('plain.jpg'), 'a.jpg'],
      ['file', Buffer.from('x'), 'b.txt'],
    ];
    const headers = { 'idempotency-key': 'k1' };
    const first = await send(entries, headers);
    const second = await send(entries, headers);
    expect(first.status).toBe(202);
    expect(second).toEqual(first);
    expect(await traces()).toEqual(oneImage);
  });

  it('accepts once when the same request comes ten times at the same moment', async () => {
    const entries: FormEntry[] = [['file', await fixture('plain.jpg'), 'a.jpg']];
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(entries, { 'idempotency-key': 'k1' })));
    expect(new Set(answers.map(({ body }) => body.images[0]?.id)).size).toBe(1);
    expect(await traces()).toEqual(oneImage);
  });

  it.each<[string, (bytes: Buffer<ArrayBuffer>, other: Buffer<ArrayBuffer>) => FormEntry[]]>([
    ['other bytes', (_bytes, other) => [['file', other, 'a.jpg']]],
    ['another name', (bytes) => [['file', bytes, 'b.jpg']]],
    [
      'another field',
      (bytes) => [
        ['file', bytes, 'a.jpg'],
        ['batch', 'b'],
      ],
    ],
  ])('refuses the same key with %s', async (_what, changed) => {
    const bytes = await fixture('plain.jpg');
    const headers = { 'idempotency-key': 'k1' };
    await send([['file', bytes, 'a.jpg']], headers);
    const answer = await send(changed(bytes, await fixture('grey.jpg')), headers);
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_mismatch' } });
    expect(await traces()).toEqual(oneImage);
  });
});

describe('an image', () => {
  it('is downloaded as it came, under its own name', async () => {
    const bytes = await fixture('plain.png');
    const { id } = await sendOne(app.url, bytes, 'Grüße (1).png');
    const response = await get(`/api/v1/images/${id}/original`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.byteLength),
      'content-disposition': `attachment; filename="Gr__e (1).png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      etag: `"${sha256(bytes)}"`,
    });
  });

  it.each([
    ['bytes=0-9', 206, 0, 10],
    ['bytes=100-', 206, 100, undefined],
    ['bytes=-7', 206, -7, undefined],
    ['bytes=5-999999', 206, 5, undefined],
    ['bytes=0-1,5-6', 200, 0, undefined],
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
