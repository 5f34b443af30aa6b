import { on, once } from 'node:events';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { socketPath } from '#core/domain/live.ts';
import type { Services } from '#core/services.ts';
import { openTestServices } from './fixtures/services.ts';
import { connect, serveLive, type Client } from './live-fixtures.ts';

let services: Services;
let server: Awaited<ReturnType<typeof serveLive>>;
let bystander: Client;

beforeEach(async () => {
  services = await openTestServices();
  server = await serveLive(services);
  bystander = await connect(server.url);
});
afterEach(async () => {
  bystander.close();
  await server[Symbol.asyncDispose]();
  await services[Symbol.asyncDispose]();
});

/** Others are served on. */
const stillServed = () => bystander.emitWithAck('subscribe', { scope: 'mine' });
const ended = (client: Client) => new Promise<string>((resolve) => client.once('disconnect', resolve));

test.each(['websocket', 'polling'])('who sends events faster than any page is put out (%s)', async (transport) => {
  const client = await connect(server.url, { transports: [transport] });
  const reason = ended(client);
  let answers = 0;
  for (let n = 0; n < 1000; n += 1) client.emit('unsubscribe', { scope: 'mine' }, () => (answers += 1));
  expect(await reason).toBe('io server disconnect');
  expect(answers).toBeLessThan(100);
  expect(await stillServed()).toHaveProperty('position');
});

/** A connection as a hostile client would write to it. */
async function openRaw({ joined }: { joined: boolean }) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${socketPath}/?EIO=4&transport=websocket`);
  const closed = once(socket, 'close');
  const heard = async (start: string) => {
    for await (const [{ data }] of on(socket, 'message')) if (String(data).startsWith(start)) return;
  };
  await heard('0{');
  if (joined) {
    socket.send('40');
    await heard('40{');
  }
  return { socket, heard, closed };
}

test('who floods without joining is put out too', async () => {
  const { socket, closed } = await openRaw({ joined: false });
  for (let n = 0; n < 1000; n += 1) socket.send(`40/elsewhere${n},`);
  await closed;
  expect(await stillServed()).toHaveProperty('position');
});

test.each([
  ['no packet', 'garbage'],
  ['a heartbeat the wrong way', '2'],
  ['a type there is not', '49'],
  ['broken JSON', '42["subscribe"'],
  ['a reserved event', '42["disconnecting"]'],
  ['no event at all', '42{}'],
  ['an event of no name', '42[null]'],
  ['an acknowledgement that is no list', '431{}'],
  ['text where bytes were said to follow', '451-["subscribe",{"_placeholder":true,"num":0}]|42["x"]'],
  ['attachments without number', '45-["subscribe"]'],
  ['more attachments than anybody sends', '459999999999-["subscribe"]'],
  ['an event in a namespace that was not joined', '42/elsewhere,["subscribe"]'],
])('%s ends that connection and no other', async (_what, packets) => {
  const { socket, closed } = await openRaw({ joined: true });
  for (const packet of packets.split('|')) socket.send(packet);
  await closed;
  expect(await stillServed()).toHaveProperty('position');
});

test('an event before joining ends the connection', async () => {
  const { socket, closed } = await openRaw({ joined: false });
  socket.send('42["subscribe",{"scope":"mine"}]');
  await closed;
  expect(await stillServed()).toHaveProperty('position');
});

test.each(['error', '__proto__', 'constructor', 'toString', 'resync', 'stats'])(
  'an event named %j does nothing',
  async (name) => {
    const { socket, heard, closed } = await openRaw({ joined: true });
    socket.send(`42["${name}",{"__proto__":{"admin":true}},null]`);
    socket.send('421["unsubscribe",{"scope":"mine"}]');
    await heard('431');
    expect('admin' in {}).toBe(false);
    expect(await stillServed()).toHaveProperty('position');
    socket.close();
    await closed;
  },
);

test('there is one namespace', async () => {
  for (const other of ['/admin', '/__proto__', '/%00']) {
    const client = io(server.url + other, { path: socketPath, transports: ['websocket'], reconnection: false });
    const error = await new Promise<Error>((resolve) => client.once('connect_error', resolve));
    expect(error.message).toBe('Invalid namespace');
    client.close();
  }
});

test.each(['EIO=3&transport=websocket', 'EIO=3&transport=polling', 'EIO=4&transport=webtransport', 'EIO=4'])(
  'the protocol %s is not spoken',
  async (query) => {
    const response = await fetch(`${server.url}${socketPath}/?${query}`);
    expect(response.status).toBe(400);
  },
);
