import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropClaims } from './claims.ts';
import { clientAddress, learnAddress, proxyTrust } from './client-address.ts';

let server: Server;
let url: string;
let ask: (request: IncomingMessage) => string;

beforeAll(async () => {
  server = createServer((request, response) => response.end(ask(request)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function addressOf(trusted: string[], headers: Record<string, string>): Promise<string> {
  const trusts = proxyTrust({ TRUSTED_PROXIES: trusted });
  ask = (request) => {
    learnAddress(request, trusts);
    dropClaims(request.headers);
    return clientAddress(request);
  };
  return (await fetch(url, { headers })).text();
}

const far = '203.0.113.9';

test.each<[string, string[], Record<string, string>, string]>([
  ['nobody is trusted', [], { 'x-forwarded-for': far }, '127.0.0.1'],
  ['another proxy is trusted', ['10.0.0.0/8'], { 'x-forwarded-for': far }, '127.0.0.1'],
  ['the proxy is trusted', ['127.0.0.1'], { 'x-forwarded-for': far }, far],
  ['its network is trusted', ['127.0.0.0/8'], { 'x-forwarded-for': far }, far],
  ['the client wrote an address of its own before it', ['127.0.0.1'], { 'x-forwarded-for': `1.2.3.4, ${far}` }, far],
  ['there are two proxies', ['127.0.0.1', '10.0.0.1'], { 'x-forwarded-for': `${far}, 10.0.0.1` }, far],
  ['the address is of IPv6', ['127.0.0.1'], { 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1'],
  ['the address is mapped', ['127.0.0.1'], { 'x-forwarded-for': `::ffff:${far}` }, far],
  ['what it says is no address', ['127.0.0.1'], { 'x-forwarded-for': 'unknown' }, '127.0.0.1'],
  ['it says nothing', ['127.0.0.1'], {}, '127.0.0.1'],
  [
    'other headers say it',
    ['127.0.0.1'],
    { 'x-real-ip': far, forwarded: `for=${far}`, 'x-client-ip': far },
    '127.0.0.1',
  ],
])('where %s, the address is as it should be', async (_what, trusted, headers, expected) => {
  expect(await addressOf(trusted, headers)).toBe(expected);
});

test('a request that was not looked at has the address of its connection', async () => {
  ask = clientAddress;
  expect(await (await fetch(url, { headers: { 'x-forwarded-for': far } })).text()).toBe('127.0.0.1');
});

test.each([
  'forwarded',
  'x-forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-user-id',
  'x-darkroom-user',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-method-override',
  'x-middleware-subrequest',
  'x-nextjs-data',
  'x-invoke-path',
  'x-matched-path',
  'x-now-route-matches',
  'next-action',
  'next-resume',
])('%s is not there to be believed', (name) => {
  const headers = { [name]: 'x', 'x-api-key': 'k', 'x-request-id': 'r', 'next-url': '/', host: 'h' };
  dropClaims(headers);
  expect(headers).toEqual({ 'x-api-key': 'k', 'x-request-id': 'r', 'next-url': '/', host: 'h' });
});
