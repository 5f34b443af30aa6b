import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSecure, refusalOf } from './origin.ts';

type Address = Parameters<typeof refusalOf>[2];

let server: Server;
let address: Address;
let refusal: ReturnType<typeof refusalOf>;

beforeAll(async () => {
  server = createServer((request, response) => {
    refusal = refusalOf(request, 'state changes', address);
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

/** What is said of a request that is sent as it stands here. */
async function refused(to: Address, lines: string[]): Promise<string> {
  address = to;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end([...lines, 'Connection: close', '', ''].join('\r\n'));
  for await (const _ of socket);
  return refusal?.code ?? 'answered';
}

const loopback = { HOST: '127.0.0.1' };
const anywhere = { HOST: '0.0.0.0' };
const behindProxy = { HOST: '127.0.0.1', PUBLIC_URL: 'https://photos.example' };
const published = { HOST: '0.0.0.0', PUBLIC_URL: 'https://photos.example:8443' };

test.each<[string, Address, string, string]>([
  ['a loopback name', loopback, 'localhost:3000', 'answered'],
  ['a loopback address', loopback, '[::1]:3000', 'answered'],
  ['another name', loopback, 'photos.example', 'forbidden'],
  ['a name that only begins as one', loopback, 'localhost.evil.example', 'forbidden'],
  ['any name, where it listens for all', anywhere, 'photos.example', 'answered'],
  ['any address, where it listens for all', anywhere, '192.168.0.1:3000', 'answered'],
  ['its public name', behindProxy, 'PHOTOS.example', 'answered'],
  ['its public name with another port', published, 'photos.example', 'answered'],
  ['a loopback name behind a proxy', behindProxy, '127.0.0.1:3000', 'answered'],
  ['another name than the public one', published, 'evil.example', 'forbidden'],
  ['an address instead of the public name', published, '192.168.0.1', 'forbidden'],
  ['no name', anywhere, '', 'bad_request'],
  ['a path', anywhere, 'photos.example/x', 'bad_request'],
  ['a user', anywhere, 'a@photos.example', 'bad_request'],
  ['a port there is not', anywhere, 'photos.example:70000', 'bad_request'],
  ['two names', anywhere, 'a.example, b.example', 'bad_request'],
])('by %s', async (_what, to, host, expected) => {
  expect(await refused(to, ['GET / HTTP/1.1', `Host: ${host}`])).toBe(expected);
});

test('a host is named once, and paths are paths of this server', async () => {
  expect(await refused(anywhere, ['GET / HTTP/1.1', 'Host: a.example', 'Host: a.example'])).toBe('bad_request');
  expect(await refused(anywhere, ['GET / HTTP/1.0'])).toBe('bad_request');
  expect(await refused(anywhere, ['GET http://a.example/ HTTP/1.1', 'Host: a.example'])).toBe('bad_request');
  expect(await refused(anywhere, ['OPTIONS * HTTP/1.1', 'Host: a.example'])).toBe('bad_request');
  expect(await refused(loopback, ['GET /healthz HTTP/1.0'])).toBe('answered');
});

test.each<[string, Address, string, string[], string]>([
  ['nothing said', loopback, 'localhost:3000', [], 'answered'],
  ['its own page', loopback, 'localhost:3000', ['Origin: http://localhost:3000'], 'answered'],
  ['its own page, on the usual port', loopback, 'localhost:80', ['Origin: http://localhost'], 'answered'],
  ['the same machine by another name', loopback, 'localhost:3000', ['Origin: http://127.0.0.1:3000'], 'forbidden'],
  ['another port', loopback, 'localhost:3000', ['Origin: http://localhost:3001'], 'forbidden'],
  ['another scheme', loopback, 'localhost:3000', ['Origin: https://localhost:3000'], 'forbidden'],
  ['a sandbox or a file', loopback, 'localhost:3000', ['Origin: null'], 'forbidden'],
  ['an empty origin', loopback, 'localhost:3000', ['Origin:'], 'forbidden'],
  ['garbage', loopback, 'localhost:3000', ['Origin: ~!garbage'], 'forbidden'],
  [
    'two origins, one of them ours',
    loopback,
    'localhost:3000',
    ['Origin: http://localhost:3000', 'Origin: http://evil.example'],
    'forbidden',
  ],
  ['a host as its own origin', anywhere, 'photos.example', ['Origin: http://photos.example'], 'answered'],
  ['a public page', behindProxy, 'photos.example', ['Origin: https://photos.example'], 'answered'],
  [
    'a public page by a proxy of another name',
    behindProxy,
    '127.0.0.1:3000',
    ['Origin: https://photos.example'],
    'answered',
  ],
  ['a public page without TLS', behindProxy, 'photos.example', ['Origin: http://photos.example'], 'forbidden'],
  ['a page of a loopback name', behindProxy, 'localhost:3000', ['Origin: http://localhost:3000'], 'answered'],
  [
    'a loopback page for the public name',
    behindProxy,
    'photos.example',
    ['Origin: http://localhost:3000'],
    'forbidden',
  ],
  ['a sister site', behindProxy, 'photos.example', ['Origin: https://evil.photos.example'], 'forbidden'],
  ['a person, not a page', loopback, 'localhost:3000', ['Sec-Fetch-Site: none'], 'answered'],
  ['another site', loopback, 'localhost:3000', ['Sec-Fetch-Site: cross-site'], 'forbidden'],
  ['a sister site that names no origin', loopback, 'localhost:3000', ['Sec-Fetch-Site: same-site'], 'forbidden'],
  [
    'an origin that the browser contradicts',
    loopback,
    'localhost:3000',
    ['Origin: http://localhost:3000', 'Sec-Fetch-Site: cross-site'],
    'forbidden',
  ],
])('a change asked for by %s', async (_what, to, host, lines, expected) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    expect([method, await refused(to, [`${method} / HTTP/1.1`, `Host: ${host}`, ...lines])]).toEqual([
      method,
      expected,
    ]);
  }
  expect(await refused(to, ['GET / HTTP/1.1', `Host: ${host}`, ...lines])).toBe('answered');
});

test('only an https address is secure', () => {
  expect([
    isSecure({ PUBLIC_URL: 'https://a.example' }),
    isSecure({ PUBLIC_URL: 'http://a.example' }),
    isSecure({}),
  ]).toEqual([true, false, false]);
});
