import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '#core/config.ts';

const learned = new WeakMap<IncomingMessage, string>();

/** Whose word on where a request came from is taken. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** Those of `TRUSTED_PROXIES`, and nobody else. */
export function proxyTrust({ TRUSTED_PROXIES }: Pick<Config, 'TRUSTED_PROXIES'>): TrustsProxy {
  return proxyAddr.compile(TRUSTED_PROXIES);
}

/** Notes where the request came from, by its connection and by what trusted proxies say of it. */
export function learnAddress(request: IncomingMessage, trusts: TrustsProxy): void {
  const hops = proxyAddr.all(request, trusts);
  learned.set(request, plain(hops.findLast((hop) => isIP(hop) !== 0) ?? ''));
}

/** The address that the request came from: of its connection, or of the client behind `TRUSTED_PROXIES`. */
export function clientAddress(request: IncomingMessage): string {
  return learned.get(request) ?? plain(request.socket.remoteAddress ?? '');
}

/** A server that listens on IPv6 sees IPv4 clients as `::ffff:1.2.3.4`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
