import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { exchange } from './exchange.ts';

function newConnection() {
  const sent: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      sent.push(chunk);
      done();
    },
  });
  return { socket, sent };
}

test('a request says how long it is', async () => {
  const { socket, sent } = newConnection();
  const response = exchange(socket, 3, 5, Buffer.from('body'));
  expect(Buffer.concat(sent).toString('latin1')).toBe('\0\0\0\x0e\0\x03\0\x05\0\0\0\0\xff\xffbody');
  socket.push(Buffer.from([0, 0, 0, 1, 42]));
  await response;
});

test('a response that comes in pieces is whole', async () => {
  const { socket } = newConnection();
  const response = exchange(socket, 3, 5, Buffer.alloc(0));
  for (const byte of [0, 0, 0, 2, 41, 42]) socket.push(Buffer.from([byte]));
  expect([...(await response)]).toEqual([0, 0, 0, 2, 41, 42]);
});

test('a connection that ends amid the response is an error', async () => {
  const { socket } = newConnection();
  const response = exchange(socket, 3, 5, Buffer.alloc(0));
  socket.push(Buffer.from([0, 0, 0, 2, 41]));
  socket.destroy();
  await expect(response).rejects.toThrow('closed before');
});
