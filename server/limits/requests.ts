import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { clientAddress } from '../client-address.ts';
import { BodyWatch } from './bodies.ts';
import { answerClientError } from './client-errors.ts';
import { mostHeaderBytes, refusalOfHeaders } from './headers.ts';
import { takeJson } from './json.ts';
import type { Limits } from './limits.ts';
import { networkOf } from './network.ts';
import type { Timeouts } from './timeouts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may last for as long as it keeps up a pace; else it has to be there soon. */
    takesUploads?: boolean;
  }
}

/** What watches the server asks again and again, and must learn that it lives also while it is flooded. */
const unlimited = new Set(['/healthz', '/readyz']);
const mostConnections = 10_000;

/** What the HTTP server itself is to bound. */
export function serverOptions({ headersMs, keepAliveMs, checkMs }: Timeouts) {
  return {
    keepAliveTimeout: keepAliveMs,
    // Would end uploads: bodies are watched instead.
    requestTimeout: 0,
    clientErrorHandler: answerClientError,
    http: {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: headersMs,
      connectionsCheckingInterval: checkMs,
      // A client that would rather speak HTTP/2, as some do at first, gets its answer by what it speaks now.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
    },
  };
}

/** Bounds connections and bodies. Comes before all that may answer a request: its body still comes then. */
export function boundRequests(app: FastifyInstance, timeouts: Timeouts): void {
  app.server.maxConnections = mostConnections;
  takeJson(app);
  const bodies = new BodyWatch(timeouts);
  app.addHook('onClose', async () => bodies.stop());
  app.addHook('onRequest', async (request, reply) => {
    bodies.watch({
      request: request.raw,
      response: reply.raw,
      isUpload: request.routeOptions.config.takesUploads ?? false,
      onLate: (error) => {
        if (!reply.sent) reply.send(error);
      },
    });
  });
}

/** Refuses headers that two programs could read in two ways. Comes before all that believes them. */
export function refuseOddHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    const refusal = refusalOfHeaders(raw);
    if (refusal) throw refusal;
  });
}

/** Counts every request by person, or by network where nobody is signed in. Comes after `identifyRequests`. */
export function limitRequests(app: FastifyInstance, { requests }: Pick<Limits, 'requests'>): void {
  app.addHook('onRequest', async ({ raw, routeOptions, user }) => {
    if (routeOptions.url !== undefined && unlimited.has(routeOptions.url)) return;
    await requests.take(user ? `user ${user.id}` : networkOf(clientAddress(raw)));
  });
}
