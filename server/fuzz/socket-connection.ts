import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { socketPath } from '#core/domain/live.ts';

const handshake = (host: string, { authorization = '' }: Record<string, string>) =>
  [
    `GET ${socketPath}/?EIO=4&transport=websocket HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: ZGFya3Jvb20gZGFya3Jvbw==',
    '\r\n',
  ].join('\r\n');

const closeFrame = 0x88;

/** A WebSocket to Socket.IO of which every byte is ours to choose. */
export class SocketConnection {
  readonly #socket: Socket;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#heard = `${this.#heard}${bytes.toString('latin1')}`.slice(-65_536);
      // The server says goodbye, and would wait for ours.
      if (bytes.includes(closeFrame)) socket.destroy();
    });
    // Being cut off is an answer too.
    socket.on('error', () => {});
  }

  /** Resolves once Socket.IO has let it in. */
  static async open({ url, headers }: { url: string; headers: Record<string, string> }): Promise<SocketConnection> {
    const { host, hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const connection = new SocketConnection(socket);
    await once(socket, 'connect');
    socket.write(handshake(host, headers));
    if (await connection.hears('0{"sid"')) {
      connection.say(textFrame('40'));
      if (await connection.hears('40{"sid"')) return connection;
    }
    throw new Error(`Not let in: ${connection.#heard}`);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  say(bytes: Buffer): void {
    if (this.isOpen) this.#socket.write(bytes);
  }

  /** Resolves to true once the text was heard, to false when the connection is closed before that. */
  hears(text: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = (): void => {
      if (this.#heard.includes(text)) resolve(true);
      else if (!this.isOpen) resolve(false);
    };
    this.#socket.on('data', look).on('close', look);
    look();
    return promise.finally(() => this.#socket.off('data', look).off('close', look));
  }

  close(): void {
    this.#socket.destroy();
  }
}

export function textFrame(text: string): Buffer {
  return frame(0x81, Buffer.from(text, 'latin1'));
}

/** A masked frame, with a mask that changes nothing. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126 ? Buffer.from([opcode, 0x80 | length]) : Buffer.from([opcode, 0x80 | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload.subarray(0, 0xffff)]);
}
