import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopback, type Config } from '#core/config.ts';
import { DarkroomError } from '#core/errors.ts';

type Address = Pick<Config, 'HOST' | 'PUBLIC_URL'>;

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];
/** Load balancers ask these by whatever address they have. */
const healthPaths = ['/healthz', '/readyz'];

/**
 * Why this request is not answered, or null. The server is asked by a name of its own, so that no foreign name can be
 * pointed at it (DNS rebinding), and only its own pages may change anything (CSRF), with a cookie or without. Sockets are
 * held to the second rule whatever their method.
 */
export function refusalOf(
  request: IncomingMessage,
  covers: 'state changes' | 'any method',
  address: Address,
): DarkroomError | null {
  const { url = '', method = '' } = request;
  if (!url.startsWith('/')) return new DarkroomError('bad_request', 'A request names a path of this server.');
  const host = hostOf(request);
  if (!healthPaths.includes(url.split('?', 1)[0] ?? '')) {
    if (!host) return new DarkroomError('bad_request', 'A request names this server in one Host header.');
    if (!isOurName(host.name, address)) return forbidden('This server does not answer to this name.');
  }
  if (covers === 'state changes' && safeMethods.includes(method)) return null;
  return isOurPage(request, host, address) ? null : forbidden('Only pages of this server may do this.');
}

/** Whether browsers reach this server by TLS alone. */
export function isSecure({ PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>): boolean {
  return PUBLIC_URL !== undefined && new URL(PUBLIC_URL).protocol === 'https:';
}

/** Ends an upgrade that is refused. */
export function refuseUpgrade(
  socket: Duplex,
  { status, retryAfter }: Pick<DarkroomError, 'status' | 'retryAfter'> = { status: 403, retryAfter: null },
): void {
  socket.on('error', () => {});
  const wait = retryAfter === null ? '' : `Retry-After: ${retryAfter}\r\n`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${wait}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

interface Host {
  name: string;
  /** The origin of the pages that are asked for by it, over this very connection. */
  origin: string;
}

/** By which host the request asks; null where it names none, several, or what is none. */
function hostOf(request: IncomingMessage): Host | null {
  const [host = '', ...others] = request.headersDistinct.host ?? [];
  const name = /^(\[[0-9a-f:.]+\]|[\w.-]{1,253})(:\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
  const url = `${'encrypted' in request.socket ? 'https' : 'http'}://${host}`;
  if (name === undefined || others.length > 0 || !URL.canParse(url)) return null;
  return { name, origin: new URL(url).origin };
}

function isOurName(name: string, { HOST, PUBLIC_URL }: Address): boolean {
  if (isLoopbackName(name)) return true;
  return PUBLIC_URL === undefined ? !isLoopback(HOST) : name === new URL(PUBLIC_URL).hostname;
}

function isLoopbackName(name: string): boolean {
  return isLoopback(name.replace(/^\[|\]$/g, ''));
}

/** What a browser says of where the request comes from; what is no browser says nothing. */
function isOurPage({ headers }: IncomingMessage, host: Host | null, { PUBLIC_URL }: Address): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined || origin === PUBLIC_URL) return true;
  return origin === host?.origin && (PUBLIC_URL === undefined || isLoopbackName(host.name));
}

function forbidden(detail: string): DarkroomError {
  return new DarkroomError('forbidden', detail);
}
