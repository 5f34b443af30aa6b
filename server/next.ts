import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { pagePolicy } from './headers.ts';
import { placeOf } from './page-paths.ts';

/** The pages, as Next serves them. */
export interface Pages {
  /** Whether such a request is for Next at all: in production only to read, and only what is built. */
  takes(request: { method: string; url: string }): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes the upgrade if it is for Next (hot reload); otherwise ends it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Who is signed in, as this server tells the pages. */
export const userHeader = 'x-darkroom-user';

const routerState = 'next-router-state-tree';

/** All that Next learns of a request: what makes one page another. No cookie and no key. */
const told = [
  'host',
  'connection',
  'accept',
  'accept-encoding',
  'accept-language',
  'user-agent',
  'if-none-match',
  'if-modified-since',
  'sec-fetch-dest',
  'rsc',
  'next-url',
  routerState,
  'next-router-prefetch',
  'next-router-segment-prefetch',
  userHeader,
];

/** Starts Next inside this process. Imported only here and only then: it costs much memory, and tests need no pages. */
export async function openPages(
  mode: 'production' | 'development',
  address: { hostname: string; port: number },
): Promise<Pages> {
  const { default: next } = await import('next');
  const { parseAndValidateFlightRouterState: parseState } =
    await import('next/dist/server/app-render/parse-and-validate-flight-router-state.js');
  // Next adds its own upgrade listener to the server it is given. It gets one that never listens, so that nothing
  // reaches it before the checks that every upgrade has to pass.
  const upgrades = createServer();
  const dev = mode === 'development';
  const app = next({ dev, dir: resolve(import.meta.dirname, '..'), httpServer: upgrades, ...address });
  await app.prepare();
  const answer = app.getRequestHandler();
  const upgraded = new Set<Duplex>();
  return {
    takes: ({ method, url }) => dev || (['GET', 'HEAD'].includes(method) && placeOf(url) !== 'nowhere'),
    async handle(request, response) {
      if (!dev) request.headers = onlyTold(request.headers);
      dropUnreadable(request.headers, parseState);
      if (placeOf(request.url ?? '') === 'asset') response.removeHeader('Cache-Control');
      else allowScripts(request, response, { isDevelopment: dev });
      await answer(request, response);
    },
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

function onlyTold(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(told.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

/** On a state of its router that is none Next would fail; without one it answers with the whole page. */
function dropUnreadable(headers: IncomingHttpHeaders, parse: (state: string | string[] | undefined) => unknown): void {
  try {
    parse(headers[routerState]);
  } catch {
    delete headers[routerState];
  }
}

/** Next marks its scripts with the nonce of the policy that it finds in the request; ours take it from `x-nonce`. */
function allowScripts(request: IncomingMessage, response: ServerResponse, mode: { isDevelopment: boolean }): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = pagePolicy(nonce, mode);
  response.setHeader('Content-Security-Policy', policy);
  request.headers['content-security-policy'] = policy;
  request.headers['x-nonce'] = nonce;
}
