import { once } from 'node:events';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { buildApp, type App } from '../app.ts';
import type { Identify } from '../auth/access.ts';
import { asOwner, person } from '../fixtures/people.ts';
import { openTestServices } from '../fixtures/services.ts';
import { answerOf, openWire } from './testing/wire.ts';

let app: App;
afterEach(() => app.close());

async function start(settings: Record<string, string>, identify: Identify = asOwner): Promise<string> {
  const services = await openTestServices(settings);
  onTestFinished(() => services[Symbol.asyncDispose]());
  app = await buildApp(services, { identify });
  return app.listen();
}

/** Who the request says it is from. */
const byName: Identify = async ({ headers }) => (headers['x-name'] ? person(String(headers['x-name'])) : null);

test('requests are counted by person, or by address where nobody is signed in, and probes are not', async () => {
  const url = await start({ RATE_LIMIT_REQUESTS: '2' }, byName);
  const ask = (name?: string) => fetch(`${url}/api/v1/presets`, { headers: name ? { 'x-name': name } : {} });
  for (const _ of [1, 2]) expect((await ask('a')).status).toBe(200);
  const refused = await ask('a');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  expect((await ask('b')).status).toBe(200);

  for (const _ of [1, 2]) expect((await ask()).status).not.toBe(429);
  expect((await ask()).status).toBe(429);
  expect((await fetch(`${url}/nothing`)).status).toBe(429);
  for (const path of ['/healthz', '/healthz?again', '/healthz', '/readyz', '/readyz']) {
    expect((await fetch(url + path)).status).not.toBe(429);
  }
});

const id = '00000000-0000-4000-8000-000000000000';
const cursor = (text: string) => Buffer.from(text).toString('base64url');

test('whatever a query says, it is answered, and never by a failure', async () => {
  const url = await start({});
  const lists = ['/api/v1/tasks', '/api/v1/dead-letters'];
  const tampered = ['1.5', '-1', 'null', '{"seq":1}', "1' OR 1=1", '9'.repeat(400), '1e3', ' 1', '0x10', 'NaN'];
  const refused = [
    ...lists.flatMap((path) =>
      ['-1', '0', '1.5', '1e9', '9'.repeat(400), 'NaN', '', '%00', 'x'].map((limit) => [
        `${path}?limit=${limit}`,
        'bad_request',
      ]),
    ),
    ...lists.flatMap((path) => tampered.map((text) => [`${path}?cursor=${cursor(text)}`, 'invalid_cursor'])),
    ...lists.flatMap((path) => [
      [`${path}?limit=1&limit=2`, 'bad_request'],
      [`${path}?cursor=a&cursor=b`, 'bad_request'],
    ]),
    ...lists.map((path) => [`${path}?cursor=${'a'.repeat(1001)}`, 'bad_request']),
    ['/api/v1/tasks?q=a&q=b', 'bad_request'],
    [`/api/v1/tasks?q=${'a'.repeat(201)}`, 'bad_request'],
    ['/api/v1/tasks?since=99999-01-01T00:00:00Z', 'bad_request'],
    ['/api/v1/stats/series?metric=created&step=1e308', 'bad_request'],
    ['/api/v1/tasks/%00', 'bad_request'],
    [`/api/v1/tasks/${'a'.repeat(5000)}`, 'any'],
    [`/api/v1/images/${id}%00/original`, 'bad_request'],
    [`/api/v1/images/${id}/derivatives/..%2f..%2fetc`, 'any'],
    [`/api/v1/images/${id}/derivatives/${'a'.repeat(5000)}`, 'any'],
  ];
  for (const [path, code] of refused) {
    const response = await fetch(url + path);
    const told = `${response.status} ${path?.slice(0, 80)}`;
    expect(told).toMatch(/^4(00|04|14) /);
    if (code !== 'any')
      expect(`${path}: ${((await response.json()) as { code: string }).code}`).toBe(`${path}: ${code}`);
  }
});

test('control characters, odd times and words of SQL are looked for like any others', async () => {
  const url = await start({});
  const odd = [
    '%00',
    '%00a',
    'a%00b',
    '%25',
    '_',
    '%22',
    '%27%20OR%201=1--',
    '%EF%BF%BF',
    '%F0%9F%92%A9',
    '%01%01',
    '*',
    'NEAR(',
  ];
  const paths = [
    ...odd.flatMap((text) => ['q', 'batch', 'worker'].map((name) => `/api/v1/tasks?${name}=${text}`)),
    ...odd.flatMap((text) => ['topic', 'reason'].map((name) => `/api/v1/dead-letters?${name}=${text}`)),
    '/api/v1/tasks?since=0000-01-01T00:00:00Z',
    '/api/v1/stats/series?metric=created&from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&step=10',
    '/api/v1/tasks?until=9999-12-31T23:59:59.999Z&since=0001-01-01T00:00:00%2B14:00',
    `/api/v1/tasks?cursor=${cursor(String(Number.MAX_SAFE_INTEGER))}`,
    `/api/v1/tasks?cursor=${cursor('0')}`,
    `/api/v1/dead-letters?cursor=${cursor('0')}`,
    '/api/v1/tasks?limit=1&nothing=known&__proto__=1&constructor=2',
  ];
  for (const path of paths) {
    const response = await fetch(url + path);
    expect(`${response.status} ${path}`).toBe(`200 ${path}`);
    expect((await response.arrayBuffer()).byteLength).toBeLessThan(1_000_000);
  }
});

test('who would rather speak HTTP/2 is answered by HTTP/1.1', async () => {
  const url = await start({});
  const upgrade = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
  await using wire = await openWire(url);
  wire.say(['GET /api/v1/presets HTTP/1.1', 'Host: localhost', ...upgrade, '', ''].join('\r\n'));
  const [heard] = (await once(wire.socket, 'data')) as [string];
  expect(answerOf(heard).status).toBe(200);
});
