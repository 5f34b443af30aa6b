import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Services } from '#core/services.ts';
import { openTestServices } from '../fixtures/services.ts';
import { connect, serveLive } from '../live-fixtures.ts';
import { answerOf, tell } from './testing/wire.ts';

let services: Services;
let served: Awaited<ReturnType<typeof serveLive>>;

beforeEach(async () => {
  services = await openTestServices({ RATE_LIMIT_SOCKETS: '3' });
  served = await serveLive(services);
});
afterEach(async () => {
  await served[Symbol.asyncDispose]();
  await services[Symbol.asyncDispose]();
});

const handshake = (query = '') => fetch(`${served.url}/api/socket/?EIO=4&transport=polling${query}`);
const upgrade = (query = '') =>
  tell(
    served.url,
    [
      `GET /api/socket/?EIO=4&transport=websocket${query} HTTP/1.1`,
      `host: ${new URL(served.url).host}`,
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
      '',
      '',
    ].join('\r\n'),
  );

test('connections of an address are counted by the minute, by polling and by WebSocket alike', async () => {
  const client = await connect(served.url);
  for (const _ of [1, 2]) expect((await handshake()).status).toBe(200);

  const refused = await handshake();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  const heard = await upgrade();
  expect(answerOf(heard).status).toBe(429);
  expect(heard).toMatch(/Retry-After: \d+/);

  expect(client.connected).toBe(true);
  client.close();
});

test('what goes on by polling is no connection, whatever else claims to go on is', async () => {
  const opened = await handshake();
  const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
  const say = (body: string) => fetch(`${opened.url}&sid=${sid}`, { method: 'POST', body });
  for (let n = 0; n < 5; n += 1) expect((await say('3')).status).toBe(200);

  await handshake('&sid=');
  await handshake(`&sid=${sid}&sid=`);
  expect((await handshake('&sid=')).status).toBe(429);
});

test('an upgrade is a connection, whatever session it names', async () => {
  for (const _ of [1, 2, 3]) expect(answerOf(await upgrade('&sid=nobody')).status).toBe(400);
  expect(answerOf(await upgrade('&sid=nobody')).status).toBe(429);
});
