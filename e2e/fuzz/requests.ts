import type { Random } from '#core/consumer/model/random.ts';
import { mutate } from '../../server/fuzz/mutate.ts';
import { tinyGif } from '../../server/fuzz/pictures.ts';
import { asAdmin } from '../admin.ts';

const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.gif"\r\n\r\n${tinyGif.toString('latin1')}\r\n--x--\r\n`;
const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
const socket = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };

const words = [
  '\r\n',
  '\n',
  '\r\n\r\n',
  '\0',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity, chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\n',
  'Expect: 100-continue\r\n',
  'Host: evil.example\r\n',
  'X-Forwarded-For: 127.0.0.1\r\n',
  'Range: bytes=0-,1-,2-\r\n',
  ' HTTP/1.0\r\n',
  'HTTP/9.9',
  '//',
  'http://evil.example/',
  '/../',
  '%00',
  '%c0%af',
  '?a[]=1&a=2',
  'ffffffffffffffff\r\n',
  '0\r\n\r\n',
  '5;ext=\r\nhello\r\n',
];

/** What is sent as it should be: each is answered. */
const honest: Record<string, (host: string) => string> = {
  list: (host) => written(host, 'GET', '/api/v1/tasks?limit=3', {}),
  file: (host) =>
    written(host, 'GET', '/api/v1/images/00000000-0000-4000-8000-000000000000/original', { range: 'bytes=0-9' }),
  form: (host) => written(host, 'POST', '/api/v1/images', { 'content-type': 'multipart/form-data; boundary=x' }, form),
  'form in chunks': (host) =>
    written(
      host,
      'POST',
      '/api/v1/images',
      { 'content-type': 'multipart/form-data; boundary=x', 'transfer-encoding': 'chunked' },
      chunked(form),
    ),
  creation: (host) =>
    written(
      host,
      'POST',
      '/api/v1/uploads',
      { ...tus, 'upload-length': '28', 'upload-metadata': 'filename YS5naWY=' },
      'GIF89a',
    ),
  piece: (host) => written(host, 'PATCH', '/api/v1/uploads/none', { ...tus, 'upload-offset': '0' }, 'GIF89a'),
  json: (host) =>
    written(host, 'POST', '/api/v1/keys', { 'content-type': 'application/json' }, '{"name":"k","scopes":["read"]}'),
  'sign-in': (host) =>
    written(host, 'POST', '/api/auth/sign-in/email', { 'content-type': 'application/json' }, '{"email":1}'),
  polling: (host) => written(host, 'GET', '/api/socket/?EIO=4&transport=polling', {}),
  socket: (host) =>
    written(host, 'GET', '/api/socket/?EIO=4&transport=websocket', {
      ...socket,
      'sec-websocket-key': 'ZGFya3Jvb20gZGFya3Jvbw==',
    }),
  page: (host) => written(host, 'GET', '/overview', {}),
};

/** One to three requests down one connection, together or in pieces, as they should be or not. */
export function anyRequests(random: Random, host: string): Buffer[] {
  const makers = Object.values(honest);
  const requests = Array.from({ length: random.oneOf(1, 1, 1, 2, 3) }, () => {
    const whole = Buffer.from(random.pick(makers)?.(host) ?? '', 'latin1');
    return random.chance(0.7) ? mutate(random, whole, words) : whole;
  });
  const bytes = Buffer.concat(requests);
  const cut = random.between(0, bytes.length);
  return random.chance(0.3) ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
}

function written(host: string, method: string, path: string, headers: Record<string, string>, body = ''): string {
  const isCounted = body !== '' && headers['transfer-encoding'] === undefined;
  const all = { host, ...asAdmin, ...headers, ...(isCounted && { 'content-length': String(body.length) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

function chunked(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}
