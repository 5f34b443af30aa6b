import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';

/** The pages, as Next serves them. */
export interface Pages {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes the upgrade if it is for Next (hot reload); otherwise ends it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Starts Next inside this process. Imported only here and only then: it costs much memory, and tests need no pages. */
export async function openPages(
  mode: 'production' | 'development',
  address: { hostname: string; port: number },
): Promise<Pages> {
  const { default: next } = await import('next');
  // Next adds its own upgrade listener to the server it is given. It gets one that never listens, so that nothing
  // reaches it before the checks that every upgrade has to pass.
  const upgrades = createServer();
  const dev = mode === 'development';
  const app = next({ dev, dir: resolve(import.meta.dirname, '..'), httpServer: upgrades, ...address });
  await app.prepare();
  const upgraded = new Set<Duplex>();
  return {
    handle: app.getRequestHandler(),
    upgrade(request, socket, head) {
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      if (!dev || !upgrades.emit('upgrade', request, socket, head)) socket.destroy();
    },
    async close() {
      for (const socket of upgraded) socket.destroy();
      await app.close();
    },
  };
}
