import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { exchange } from './exchange.ts';
import { liveNodes } from './readiness.ts';

const saslHandshake = 17;
const saslAuthenticate = 36;
const { bootstrap, user, caPath } = inject('kafka');
const addressOf = (servers: string) => {
  const [host = '', port] = servers.split(':');
  return { host, port: Number(port) };
};

test('the listener for plain text serves', async () => {
  expect(await liveNodes(addressOf(bootstrap.plaintext).port)).toEqual([1]);
});

for (const listener of ['ssl', 'saslSsl'] as const) {
  test(`the listener ${listener} shows a certificate that the authority signed, and nobody else`, async () => {
    await expect(dial(bootstrap[listener])).rejects.toThrow(/certificate/);
    const socket = await dial(bootstrap[listener], readFileSync(caPath));
    expect(socket).toHaveProperty('authorized', true);
  });
}

describe.for(['saslPlaintext', 'saslSsl'] as const)('the listener %s', (listener) => {
  const ca = listener === 'saslSsl' ? readFileSync(caPath) : null;

  test('lets the user in', async () => {
    expect(await logIn(await dial(bootstrap[listener], ca), user)).toBe('welcome');
  });

  test('refuses a wrong password', async () => {
    expect(await logIn(await dial(bootstrap[listener], ca), { ...user, password: 'wrong' })).toBe('refused');
  });

  test('offers PLAIN and SCRAM', async () => {
    const response = await exchange(await dial(bootstrap[listener], ca), saslHandshake, 1, text('NONE'));
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      expect(response.includes(mechanism)).toBe(true);
  });
});

/** A connection: with TLS unless `ca` is null. */
async function dial(servers: string, ca?: Buffer | null): Promise<Socket> {
  const socket = ca === null ? connect(addressOf(servers)) : connectTls({ ...addressOf(servers), ca });
  onTestFinished(() => void socket.destroy());
  await once(socket, ca === null ? 'connect' : 'secureConnect');
  return socket;
}

/** Logs in with PLAIN. */
async function logIn(socket: Socket, { username, password }: typeof user): Promise<'welcome' | 'refused'> {
  await exchange(socket, saslHandshake, 1, text('PLAIN'));
  const secret = Buffer.from(`\0${username}\0${password}`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(secret.length);
  const response = await exchange(socket, saslAuthenticate, 1, Buffer.concat([length, secret]));
  return response.readInt16BE(8) === 0 ? 'welcome' : 'refused';
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value)]);
}
