import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const blockSize = 16;
const lowest = 16_384;
const highest = 32_768;

/** Ports that no other cluster takes until they are released. */
export interface PortBlock extends AsyncDisposable {
  readonly first: number;
}

/**
 * A block of free ports, below those the system gives to outgoing connections: a client that keeps dialling a dead broker
 * could otherwise be given the very port it dials, and find itself. The last port of the block is held by this process, so
 * that two clusters that start at the same moment never choose the same block.
 */
export async function claimPorts(random = Math.random): Promise<PortBlock> {
  const blocks = (highest - lowest) / blockSize;
  const start = Math.floor(random() * blocks);
  for (let step = 0; step < blocks; step += 1) {
    const first = lowest + ((start + step) % blocks) * blockSize;
    const claim = await listen(first + blockSize - 1);
    if (!claim) continue;
    if (await areFree(first, blockSize - 1)) return { first, [Symbol.asyncDispose]: () => close(claim) };
    await close(claim);
  }
  throw new Error(`There are no ${blockSize} free ports in a row between ${lowest} and ${highest}.`);
}

/** Whether nobody listens on any of the ports. */
export async function areFree(first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port += 1) {
    const server = await listen(port);
    if (!server) return false;
    await close(server);
  }
  return true;
}

async function listen(port: number): Promise<Server | null> {
  const server = createServer().unref();
  server.listen({ port, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return null;
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
