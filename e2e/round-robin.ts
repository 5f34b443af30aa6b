import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address for several servers, as a load balancer gives them. */
export interface RoundRobin extends AsyncDisposable {
  readonly url: string;
  /** How many WebSockets each server has been given so far. */
  readonly webSockets: readonly number[];
}

const upgrade = /^upgrade: *websocket/im;

/**
 * Gives each connection to the next server, and each WebSocket to the next by a count of its own; one that does not answer
 * is passed over. Nothing sticks: a page's requests go to whichever server is next.
 */
export async function openRoundRobin(servers: readonly string[]): Promise<RoundRobin> {
  const webSockets = servers.map(() => 0);
  const open = new Set<Socket>();
  const turns = { socket: 0, request: 0 };

  const pass = async (client: Socket) => {
    const [head] = (await once(client, 'data')) as [Buffer];
    client.pause();
    const kind = upgrade.test(head.toString('latin1')) ? 'socket' : 'request';
    for (let tries = 0; tries < servers.length; tries += 1) {
      const index = turns[kind]++ % servers.length;
      const server = await dial(servers[index] ?? '');
      if (!server) continue;
      if (kind === 'socket') webSockets[index] = (webSockets[index] ?? 0) + 1;
      server.on('error', () => client.destroy());
      server.once('close', () => client.destroy());
      client.once('close', () => server.destroy());
      server.write(head);
      client.pipe(server).pipe(client);
      return;
    }
    client.destroy();
  };
  const proxy = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    pass(client).catch(() => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    webSockets,
    async [Symbol.asyncDispose]() {
      for (const client of open) client.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

async function dial(url: string): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return null;
  }
}
