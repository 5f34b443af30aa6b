import { isLoopback, type Config } from '#core/config.ts';
import { isSecure } from './origin.ts';

/**
 * What is to be said loudly at start, or null: that passwords, sessions and pictures cross the network for everybody on the
 * way to read. `address`: where the server listens.
 */
export function warningOfExposure(address: string, { PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>): string | null {
  if (isSecure({ PUBLIC_URL })) return null;
  const reachable = [address, PUBLIC_URL].find((url) => url !== undefined && !isLocal(url));
  if (reachable === undefined) return null;
  return (
    `UNPROTECTED: ${reachable} is plain HTTP on an address that others can reach, so passwords and pictures can be read ` +
    'on the way. Put a proxy with TLS before this server, set PUBLIC_URL to its https address, and HOST to 127.0.0.1.'
  );
}

function isLocal(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}
