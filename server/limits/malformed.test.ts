import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '#core/storage/storage.ts';
import { around } from '../fixtures/around.ts';
import { clear, countTraces, fixture, nothing, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { sendOne } from '../fixtures/upload-client.ts';
import { answerOf, openWire, tell } from './testing/wire.ts';

let app: UploadApp;
beforeAll(async () => {
  app = await openUploadApp();
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n`;
const nobody = '/api/v1/images/00000000-0000-4000-8000-000000000000';
const get = (...headers: string[]) =>
  lines(`GET ${nobody} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '');

describe('a request that is none', () => {
  it.each<[string, string, number, string]>([
    ['not HTTP at all', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 400, 'bad_request'],
    ['a method there is not', lines('BREW / HTTP/1.1', 'Host: a', ''), 400, 'bad_request'],
    ['another version', lines('GET / HTTP/3.7', 'Host: a', ''), 400, 'bad_request'],
    ['a header without a colon', get('nonsense'), 400, 'bad_request'],
    ['a control character in a header', get('X-A: a\0b'), 400, 'bad_request'],
    ['a space before the colon', get('X-A : a'), 400, 'bad_request'],
    [
      'an address without an end',
      lines(`GET /${'a'.repeat(20_000)} HTTP/1.1`, 'Host: a', ''),
      431,
      'headers_too_large',
    ],
    ['one header without an end', get(`X-A: ${'a'.repeat(20_000)}`), 431, 'headers_too_large'],
    [
      'headers without an end',
      get(...Array.from({ length: 2000 }, (_, n) => `X-${n}: aaaaaaaa`)),
      431,
      'headers_too_large',
    ],
    ['many small headers', get(...Array.from({ length: 150 }, (_, n) => `X-${n}: a`)), 431, 'headers_too_large'],
    ['two hosts', get('Host: other'), 400, 'bad_request'],
    ['two origins', get('Origin: http://localhost', 'Origin: http://other'), 400, 'bad_request'],
    ['two keys', get('Authorization: Bearer a', 'Authorization: Bearer b'), 400, 'bad_request'],
    ['two lengths', get('Content-Length: 1', 'Content-Length: 2'), 400, 'bad_request'],
    ['a length that is none', get('Content-Length: -1'), 400, 'bad_request'],
    ['a length and chunks', get('Content-Length: 5', 'Transfer-Encoding: chunked'), 400, 'bad_request'],
    ['chunks of chunks', get('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), 400, 'bad_request'],
    ['chunks that are no last encoding', get('Transfer-Encoding: chunked, gzip'), 400, 'bad_request'],
    [
      'a chunk of no length',
      lines(
        'POST /api/v1/images HTTP/1.1',
        'Host: a',
        'Content-Type: multipart/form-data; boundary=b',
        'Transfer-Encoding: chunked',
        '',
        'xyz',
      ),
      400,
      'bad_request',
    ],
  ])('%s is answered with a problem', async (_what, text, status, code) => {
    const heard = await tell(app.url, text);
    expect(answerOf(heard)).toEqual({ status, code, type: 'application/problem+json' });
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(await countTraces(app.services)).toEqual(nothing);
  });

  it('without a host is refused', async () => {
    expect(answerOf(await tell(app.url, lines('GET / HTTP/1.1', 'Connection: close', ''))).status).toBe(400);
  });

  it('is not answered in the middle of another answer', async () => {
    const stuck = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      await new Promise<never>(() => {});
    };
    const wrap = (storage: Storage) => around(storage, { read: async () => stuck() });
    await using slow = await openUploadApp({ wrap });
    const { id } = await sendOne(slow.url, await fixture('plain.jpg'));
    await using wire = await openWire(slow.url);
    wire.say(lines(`GET /api/v1/images/${id}/original HTTP/1.1`, 'Host: localhost', ''));
    await once(wire.socket, 'data');
    wire.say('nonsense\r\n\r\n');
    expect((await wire.ended).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('does no harm to those that follow', async () => {
    expect(await sendOne(app.url, await fixture('plain.jpg'))).toMatchObject({ format: 'jpeg' });
  });
});

const part = (headers: string, body = 'x') => `--b\r\n${headers}\r\n\r\n${body}\r\n`;
const fileHeader = 'Content-Disposition: form-data; name="file"; filename="a.jpg"';
const end = '--b--\r\n';

describe('a form that is none', () => {
  it.each<[string, string, string, number, string]>([
    ['no boundary', 'multipart/form-data', part(fileHeader) + end, 400, 'bad_request'],
    ['an empty boundary', 'multipart/form-data; boundary=', part(fileHeader) + end, 400, 'bad_request'],
    ['a boundary that is not there', 'multipart/form-data; boundary=other', part(fileHeader) + end, 400, 'bad_request'],
    ['no end', 'multipart/form-data; boundary=b', part(fileHeader), 400, 'bad_request'],
    ['no parts', 'multipart/form-data; boundary=b', end, 400, 'no_file'],
    ['nothing', 'multipart/form-data; boundary=b', '', 400, 'no_file'],
    [
      'a form in a form',
      'multipart/form-data; boundary=b',
      part(`${fileHeader}\r\nContent-Type: multipart/mixed; boundary=c`, '--c\r\n\r\nx\r\n--c--') + end,
      415,
      'unsupported_format',
    ],
    [
      'too many fields',
      'multipart/form-data; boundary=b',
      part('Content-Disposition: form-data; name="a"').repeat(21) + end,
      400,
      'bad_request',
    ],
    ['too many files', 'multipart/form-data; boundary=b', part(fileHeader).repeat(1001) + end, 400, 'bad_request'],
    [
      'too long a field',
      'multipart/form-data; boundary=b',
      part('Content-Disposition: form-data; name="preset"', 'x'.repeat(1001)) + end,
      400,
      'bad_request',
    ],
    [
      'a field for a prototype',
      'multipart/form-data; boundary=b',
      part('Content-Disposition: form-data; name="__proto__"') + end,
      400,
      'bad_request',
    ],
    [
      'a part of headers without an end',
      'multipart/form-data; boundary=b',
      part(`${fileHeader}\r\nX-A: ${'a'.repeat(100_000)}`) + end,
      415,
      'unsupported_format',
    ],
    ['another type', 'application/x-www-form-urlencoded', 'file=x', 400, 'bad_request'],
    ['no type', '', part(fileHeader) + end, 400, 'bad_request'],
  ])(
    '%s is answered with a problem, and leaves nothing',
    { timeout: 60_000 },
    async (_what, type, body, status, code) => {
      const response = await fetch(`${app.url}/api/v1/images`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: type === '' ? {} : { 'content-type': type },
      });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
      expect(await countTraces(app.services)).toEqual(nothing);
    },
  );

  it('with a name of 5,000 characters, directions and nulls is a form with a name that can be shown', async () => {
    const name = `../..\\\u202e${'ä'.repeat(5000)}\0.jpg`;
    const bytes = await fixture('plain.jpg');
    const body = Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n${end}`),
    ]);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const response = await fetch(`${app.url}/api/v1/images`, { method: 'POST', body, headers });
    expect(response.status).toBe(202);
    const { filename } = await app.services.database.read((db) =>
      db.selectFrom('images').select('filename').executeTakeFirstOrThrow(),
    );
    expect(Array.from(filename).length).toBeLessThanOrEqual(255);
    expect(filename).not.toMatch(/[\p{Cc}\u202e/\\]/u);
  });
});

describe('a body of JSON', () => {
  it.each([
    ['nested 21 deep', `${'['.repeat(21)}1${']'.repeat(21)}`, 400],
    ['nested 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
    ['of 20,000 values', JSON.stringify(Array.from({ length: 20_000 }, () => 1)), 400],
    ['with a key for a prototype', '{"__proto__":{"a":1}}', 400],
    ['with a key for a constructor', '{"constructor":{"prototype":{"a":1}}}', 400],
    ['with an escaped key for a prototype', '{"\\u005f_proto__":{}}', 400],
    ['that ends too soon', '{"a":', 400],
    ['nested 20 deep', `${'['.repeat(20)}1${']'.repeat(20)}`, 404],
    ['with a key twice', '{"a":1,"a":2}', 404],
  ])('%s', async (_what, body, status) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(app.url + nobody, { method: 'DELETE', headers, body });
    expect(response.status).toBe(status);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});
