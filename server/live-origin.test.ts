import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Services } from '#core/services.ts';
import { buildApp, type App } from './app.ts';
import { asOwner } from './fixtures/people.ts';
import { openTestServices } from './fixtures/services.ts';
import { connect } from './live-fixtures.ts';

let services: Services;
let app: App;
let url: string;

beforeEach(async () => {
  services = await openTestServices();
  app = await buildApp(services, { identify: asOwner });
  url = await app.listen();
});
afterEach(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  type: string;
  body: string;
}

/** A request with any headers, also those that fetch does not let a program set. */
function send(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { agent: false, ...options }, async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body });
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, type: '', body: '' });
    });
    sent.on('error', reject).end();
  });
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};
const webSocket = '/api/socket/?EIO=4&transport=websocket';
const polling = '/api/socket/?EIO=4&transport=polling';
const task = '/api/v1/tasks/00000000-0000-4000-8000-000000000000';

test.each([
  ['a page', '/', {}],
  ['the API', '/api/v1/tasks', {}],
  ['a socket by polling', polling, {}],
  ['a WebSocket', webSocket, upgrade],
  ['any other upgrade', '/_next/hmr', upgrade],
])('%s is refused to who asks for another host', async (_what, path, headers) => {
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.1']) {
    expect([host, (await send(path, { headers: { ...headers, host } })).status]).toEqual([host, 403]);
  }
  for (const host of ['localhost:1:2', 'localhost evil', 'localhost/', 'a@localhost', 'localhost:99999']) {
    expect([host, (await send(path, { headers: { ...headers, host } })).status]).toEqual([host, 400]);
  }
});

test('every loopback name is answered', async () => {
  for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '127.9.9.9', '[::1]:3000', '[::1]']) {
    expect([host, (await send('/api/v1/presets', { headers: { host } })).status]).toEqual([host, 200]);
  }
});

test('health is told to load balancers, by whatever name they ask', async () => {
  for (const host of ['10.0.0.7:3000', 'darkroom.internal']) {
    expect((await send('/healthz', { headers: { host } })).status).toBe(200);
    expect((await send('/readyz?', { headers: { host } })).status).not.toBe(403);
    expect((await send('/healthz', { method: 'POST', headers: { host, origin: 'http://evil.example' } })).status).toBe(
      403,
    );
  }
});

test('a change asked for by a page of another site is refused, by its own page or no page it is not', async () => {
  const cancel = (headers: Record<string, string>) => send(`${task}/cancel`, { method: 'POST', headers });
  const { host } = new URL(url);
  const refused: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'http://localhost:1' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'garbage' },
    { origin: `https://${host}` },
    { origin: `http://${host}/` },
    { origin: `http://${host}, http://${host}` },
    { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-origin, cross-site' },
  ];
  for (const headers of refused) {
    const { status, type, body } = await cancel(headers);
    expect([headers, status]).toEqual([headers, 403]);
    expect(type).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'forbidden', status: 403 });
  }
  const allowed: Record<string, string>[] = [
    {},
    { origin: `http://${host}` },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ];
  for (const headers of allowed) expect([headers, (await cancel(headers)).status]).toEqual([headers, 404]);
});

test('a socket opened by a page of another site is refused, by polling and by WebSocket', async () => {
  for (const origin of ['http://evil.example', 'null', 'http://localhost:1']) {
    const polled = await send(polling, { headers: { origin } });
    expect(polled.status).toBe(403);
    expect(JSON.parse(polled.body)).toMatchObject({ code: 'forbidden' });
    expect((await send(webSocket, { headers: { ...upgrade, origin } })).status).toBe(403);
    for (const transport of ['websocket', 'polling']) {
      const connecting = connect(url, { transports: [transport], extraHeaders: { origin } });
      await expect(connecting).rejects.toThrow();
    }
  }
  expect((await send(webSocket, { headers: { ...upgrade, origin: url } })).status).toBe(101);
  expect((await send(polling, { headers: { origin: url } })).status).toBe(200);
});

test('a session that is known does not let a page of another site speak in it', async () => {
  const client = await connect(url, { transports: ['polling'] });
  const sid = client.io.engine.id;
  const { status } = await send(`${polling}&sid=${sid}`, {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
  });
  expect(status).toBe(403);
  expect(client.connected).toBe(true);
  client.close();
});

test('an upgrade to nothing is ended', async () => {
  expect((await send('/anything', { headers: upgrade })).status).toBe(403);
});

test('a message larger than any subscription ends the connection', async () => {
  const client = await connect(url);
  const ended = new Promise<string>((resolve) => client.once('disconnect', resolve));
  client.emit('subscribe', { scope: { batch: 'x'.repeat(100_000) } }, () => {});
  expect(await ended).toMatch(/transport/);
});

test('sockets are told where they may come from as everybody is, and never by CORS', async () => {
  for (const path of [polling, '/api/v1/presets']) {
    const { headers } = await fetch(url + path, { headers: { origin: url } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
  expect((await send(polling, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect((await send(webSocket, { headers: { ...upgrade, 'sec-fetch-site': 'same-site' } })).status).toBe(403);
});

test('every answer says that nothing is to be guessed, framed, embedded, run or kept', async () => {
  for (const path of ['/healthz', '/api/nothing', '/api/v1/presets', '/%zz', polling]) {
    const { headers } = await fetch(url + path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    for (const name of ['server', 'x-powered-by', 'strict-transport-security']) expect(headers.has(name)).toBe(false);
  }
});
