import type { FastifyInstance } from 'fastify';
import type { Config } from '#core/config.ts';
import { dropClaims } from './claims.ts';
import { clientAddress, learnAddress, proxyTrust } from './client-address.ts';
import { setSecurityHeaders } from './headers.ts';
import { loggedUrl } from './logged-url.ts';
import { refusalOf } from './origin.ts';

/** What every request meets first, whatever answers it, and what every answer of the API leaves in the log. */
export function keepDoor(app: FastifyInstance, config: Config): void {
  const trusts = proxyTrust(config);
  app.addHook('onRequest', async ({ id, raw }, reply) => {
    setSecurityHeaders(reply.raw, config);
    reply.raw.setHeader('x-request-id', id);
    learnAddress(raw, trusts);
    dropClaims(raw.headers);
    const refusal = refusalOf(raw, 'state changes', config);
    if (refusal) throw refusal;
  });
  app.addHook('onResponse', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return;
    const isRefused = [401, 403, 429].includes(reply.statusCode);
    const level = isRefused || !['GET', 'HEAD', 'OPTIONS'].includes(request.method) ? 'info' : 'debug';
    const { method, url } = request;
    const line = { method, url: loggedUrl(url), status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    const who = { user: request.user?.id, address: clientAddress(request.raw) };
    request.log[level](isRefused ? { ...line, ...who } : line, isRefused ? 'refused' : 'answered');
  });
}
