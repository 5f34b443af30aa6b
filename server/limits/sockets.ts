import type { IncomingMessage } from 'node:http';
import type { Config } from '#core/config.ts';
import { clientAddress } from '../client-address.ts';
import { networkOf } from './network.ts';
import { RateLimit } from './rate-limit.ts';

const seconds = 60;

/** How many connections of Socket.IO a network may begin: handshakes by polling, and upgrades. */
export class SocketLimit {
  readonly #limit: RateLimit;

  constructor({ RATE_LIMIT_SOCKETS: points }: Pick<Config, 'RATE_LIMIT_SOCKETS'>) {
    this.#limit = new RateLimit({ points, seconds });
  }

  /** Throws `rate_limited`. */
  async take(request: IncomingMessage): Promise<void> {
    if (begins(request)) await this.#limit.take(networkOf(clientAddress(request)));
  }
}

/** What goes on by polling names its session; of several, Engine.IO takes the last. */
function begins({ url, headers }: IncomingMessage): boolean {
  const { searchParams } = new URL(url ?? '/', 'http://localhost');
  return headers.upgrade !== undefined || !searchParams.getAll('sid').at(-1);
}
