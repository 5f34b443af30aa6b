import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopback } from '#core/config.ts';
import { DarkroomError } from '#core/errors.ts';

/**
 * Why this request is not answered, or null. Until there are accounts, what protects the owner from other pages in the
 * same browser is this: the server is asked by a name of this machine (so no foreign name can be pointed at it), and only
 * its own pages may change anything. Sockets are held to the second rule whatever their method.
 */
export function refusalOf(request: IncomingMessage, origin: 'state changes' | 'any method'): DarkroomError | null {
  const { host, origin: page, 'sec-fetch-site': site } = request.headers;
  if (!isLocalName(host))
    return forbidden('This server answers only to a loopback name, such as localhost or 127.0.0.1.');
  if (origin === 'state changes' && ['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')) return null;
  const isOwnPage = page === undefined ? isOwnSite(site) : hostOf(page) === host?.toLowerCase();
  return isOwnPage ? null : forbidden('Only pages of this server may do this.');
}

/** Ends an upgrade that is refused. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => {});
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

function isLocalName(host: string | undefined): boolean {
  const name = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(host ?? '')?.[1];
  return name !== undefined && isLoopback(name.toLowerCase().replace(/^\[|\]$/g, ''));
}

/** What a browser says of where the request comes from; what is no browser says nothing. */
function isOwnSite(site: string | string[] | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function forbidden(detail: string): DarkroomError {
  return new DarkroomError('forbidden', detail);
}
