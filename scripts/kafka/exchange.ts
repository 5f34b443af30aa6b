import type { Duplex } from 'node:stream';

/** Sends one request of Kafka's protocol and resolves to the whole response; rejects if the connection ends before. */
export function exchange(socket: Duplex, apiKey: number, version: number, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      socket.removeAllListeners('data');
      resolve(received);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The connection was closed before the response had come.')));
    socket.write(Buffer.concat([headerOf(body, apiKey, version), body]));
  });
}

/** Size, API, version, correlation id 0, and no client id. */
function headerOf(body: Buffer, apiKey: number, version: number): Buffer {
  const header = Buffer.alloc(14);
  header.writeInt32BE(header.length - 4 + body.length, 0);
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(version, 6);
  header.writeInt16BE(-1, 12);
  return header;
}
