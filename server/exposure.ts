import { isLoopback, type Config } from '#core/config.ts';
import { isSecure } from './origin.ts';

/**
 * What is to be said loudly at start, or null: that passwords, sessions and pictures cross the network for everybody on the
 * way to read. `listening`: the addresses that the server is bound to; a socket of the file system is a plain path.
 */
export function warningOfExposure(
  listening: readonly (string | { address: string })[],
  { PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>,
): string | null {
  if (isSecure({ PUBLIC_URL })) return null;
  const names = listening.flatMap((each) => (typeof each === 'string' ? [] : [each.address]));
  if (PUBLIC_URL !== undefined) names.push(new URL(PUBLIC_URL).hostname.replace(/^\[|\]$/g, ''));
  const reachable = names.find((name) => !isLoopback(name));
  if (reachable === undefined) return null;
  return (
    `UNPROTECTED: ${reachable} is served by plain HTTP and others can reach it, so passwords and pictures can be read on ` +
    'the way. Put a proxy with TLS before this server, set PUBLIC_URL to its https address, and HOST to 127.0.0.1.'
  );
}
