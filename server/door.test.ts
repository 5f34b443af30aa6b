import { request } from 'node:http';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { buildApp } from './app.ts';
import { openHouse, signIn, type House } from './fixtures/house.ts';
import { asOwner } from './fixtures/people.ts';
import { openTestServices } from './fixtures/services.ts';

let house: House;
afterEach(() => house[Symbol.asyncDispose]());

const admin = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse battery' };

/** A request with any headers, also those that fetch does not let a program set. */
function send(url: string, method: string, headers: Record<string, string>, body = '') {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(
      url,
      { agent: false, method, headers: { 'content-length': body.length, ...headers } },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: text });
      },
    );
    sent.on('error', reject).end(body);
  });
}

const bodies = {
  json: { 'content-type': 'application/json' },
  form: { 'content-type': 'multipart/form-data; boundary=x' },
  text: { 'content-type': 'text/plain' },
  tus: { 'content-type': 'application/offset+octet-stream', 'tus-resumable': '1.0.0', 'upload-length': '1' },
};
const strangers: Record<string, string>[] = [
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
];

test('every route that changes something refuses the pages of others, with a session, with a key and with neither', async () => {
  house = await openHouse(admin);
  const { headers: key } = await house.add('kim', 'admin');
  const session = await signIn(house.url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD);
  const changing = house.app.routes
    .map((route) => route.split(' ') as [string, string])
    .filter(([method]) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
  expect(changing.length).toBeGreaterThan(15);
  for (const [method, url] of [...changing, ['POST', '/'], ['DELETE', '/api/nothing'], ['POST', '/healthz']] as const) {
    const path = house.url + url.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000').replace('*', 'x');
    for (const who of [key, session, {}]) {
      for (const [kind, type] of Object.entries(bodies)) {
        for (const stranger of strangers) {
          const { status, body } = await send(path, method, { ...who, ...type, ...stranger }, 'x');
          const got = [method, url, kind, stranger, status, (JSON.parse(body || '{}') as { code?: string }).code];
          expect(got).toEqual([method, url, kind, stranger, 403, 'forbidden']);
        }
      }
    }
  }
}, 60_000);

test('browsers are told to keep to TLS where the public address has it, and only there', async () => {
  for (const [url, expected] of [
    ['https://photos.example', 'max-age=31536000; includeSubDomains'],
    ['http://photos.example', null],
  ] as const) {
    await using one = await openHouse({ PUBLIC_URL: url });
    for (const path of ['/healthz', '/api/nothing', '/%zz', '/api/socket/?EIO=4&transport=polling']) {
      const { headers } = await fetch(one.url + path);
      expect([path, headers.get('strict-transport-security')]).toEqual([path, expected]);
    }
  }
  house = await openHouse();
});

test('the log tells what was asked for, and none of the secrets in it', async () => {
  house = await openHouse();
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  await using services = await openTestServices();
  const app = await buildApp({ ...services, log }, { identify: asOwner });
  const url = await app.listen();
  const planted = 'planted-secret';
  const headers = { authorization: `Bearer ${planted}`, cookie: `a=${planted}`, 'x-api-key': planted };
  await fetch(`${url}/api/v1/tasks?limit=5&token=${planted}&key=${planted}&q=${planted}`, { headers });
  await fetch(`${url}/api/auth/reset-password/${planted}?callbackURL=${planted}`, { headers });
  await fetch(`${url}/api/nothing?a\r\nb`, { method: 'POST', headers, body: planted });
  await app.close();
  const answered = lines.filter((line) => line.includes('"answered"'));
  expect(answered).toHaveLength(3);
  expect(answered.join('')).toContain('/api/v1/tasks?limit=5&token=…');
  expect(lines.join('')).not.toContain(planted);
});
