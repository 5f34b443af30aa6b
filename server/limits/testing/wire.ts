import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which anything can be said. */
export interface Wire extends AsyncDisposable {
  socket: Socket;
  say(text: string): void;
  /** All that the server said, once it has ended the connection. */
  readonly ended: Promise<string>;
}

export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let heard = '';
  socket.on('error', () => {});
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (heard += text));
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
  return {
    socket,
    ended,
    say: (text) => void socket.write(text, 'latin1'),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}

/** Says all of it on a connection of its own, and resolves to what the server said until it ended the connection. */
export async function tell(url: string, text: string): Promise<string> {
  await using wire = await openWire(url);
  wire.say(text);
  return await wire.ended;
}

/** The status and the code of an answer as it was heard. */
export function answerOf(heard: string): { status: number; code: string | undefined; type: string | undefined } {
  return {
    status: Number(heard.slice(9, 12)),
    code: /"code":"(\w+)"/.exec(heard)?.[1],
    type: /content-type: ([^\r;]+)/i.exec(heard)?.[1],
  };
}
