import type { FastifyInstance } from 'fastify';
import { clientAddress } from '../client-address.ts';
import type { Limits } from './limits.ts';
import { networkOf } from './network.ts';

/** What watches the server asks again and again, and must learn that it lives also while it is flooded. */
const unlimited = new Set(['/healthz', '/readyz']);

/** Counts every request by person, or by network where nobody is signed in. Comes after `identifyRequests`. */
export function limitRequests(app: FastifyInstance, { requests }: Pick<Limits, 'requests'>): void {
  app.addHook('onRequest', async ({ raw, routeOptions, user }) => {
    if (routeOptions.url !== undefined && unlimited.has(routeOptions.url)) return;
    await requests.take(user ? `user ${user.id}` : networkOf(clientAddress(raw)));
  });
}
