import { parse } from 'content-disposition';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { disposition, sendStored } from './stored-file.ts';

const app = Fastify();
const storage = openMemoryStorage();
let url: string;

beforeAll(async () => {
  await storage.put('a/file', Buffer.from('0123456789'));
  app.get('/file', async (request, reply) => {
    reply.raw.setHeader('set-cookie', 'raw=1');
    reply.header('set-cookie', 'session=1');
    return sendStored(request, reply, storage, {
      key: 'a/file',
      mediaType: 'image/png',
      etag: '"1"',
      cacheControl: 'private, no-cache',
      disposition: disposition('attachment', 'a.png'),
    });
  });
  url = `${await app.listen()}/file`;
});
afterAll(() => app.close());

test.each([
  'plain.png',
  'two words.png',
  'quote".png',
  'back\\slash.png',
  '"; filename="other.html',
  'line\r\nSet-Cookie: a=b',
  'null\0.png',
  'turned\u202egnp.exe',
  'percent%22%0d%0a.png',
  'Grüße.png',
  '日本 😀.png',
  "'()*;,=.png",
  'x'.repeat(255),
])('the name %j goes into one header of plain characters and comes out as it was', (name) => {
  for (const type of ['attachment', 'inline'] as const) {
    const header = disposition(type, name);
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(parse(header)).toMatchObject({ type, parameters: { filename: name } });
  }
});

test('half a character in a name is not the end of the answer', () => {
  expect(parse(disposition('attachment', 'a\ud800.png')).parameters.filename).toBe('a\ufffd.png');
});

test('a file comes without a cookie, whole or in part, and where the client has it', async () => {
  for (const headers of [{}, { range: 'bytes=0-1' }, { 'if-none-match': '"1"' }] as Record<string, string>[]) {
    const response = await fetch(url, { headers });
    expect([200, 206, 304]).toContain(response.status);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});
