import net from 'node:net';
import tls from 'node:tls';

const keepAliveMs = 60_000;

interface Connecting {
  host: string;
  port: number;
  /** Undefined without TLS. */
  ssl?: tls.ConnectionOptions;
  onConnect: () => void;
}

/**
 * The sockets of one client of kafkajs, which itself closes one only once all is answered that was asked over it, and
 * forgets those that it opened twice. Destroying them rejects what is under way.
 */
export class Sockets {
  readonly #open = new Map<net.Socket, string>();
  #closed = false;

  readonly factory = ({ host, port, ssl, onConnect }: Connecting): net.Socket => {
    if (this.#closed) throw new Error('The client was closed.');
    const address = { host, port, noDelay: true };
    const servername = net.isIP(host) ? {} : { servername: host };
    const socket = ssl
      ? tls.connect({ ...address, ...servername, ...ssl }, onConnect)
      : net.connect(address, onConnect);
    this.#open.set(socket, `${host}:${port}`);
    socket.once('close', () => this.#open.delete(socket));
    return socket.setKeepAlive(true, keepAliveMs);
  };

  /** Gives up the connections to one broker. */
  drop({ host, port }: { host: string; port: number }): void {
    for (const [socket, address] of this.#open) {
      if (address === `${host}:${port}`) socket.destroy(new Error('The connection was given up.'));
    }
  }

  /** Gives up all connections and opens no more. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#open.keys()) socket.destroy(new Error('The client was closed.'));
  }
}
