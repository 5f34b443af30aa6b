import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDetails, Problem } from '#core/domain/api.ts';
import { blobKey } from '#core/domain/image.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { sendForm, type FormEntry } from '../fixtures/upload-client.ts';

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
