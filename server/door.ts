import type { FastifyInstance } from 'fastify';
import { setSecurityHeaders } from './headers.ts';
import { refusalOf } from './origin.ts';

/** What every request meets first, whatever answers it, and what every answer of the API leaves in the log. */
export function keepDoor(app: FastifyInstance, options: { isDevelopment: boolean }): void {
  app.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(request.raw, reply.raw, options);
    reply.raw.setHeader('x-request-id', request.id);
    const refusal = refusalOf(request.raw, 'state changes');
    if (refusal) throw refusal;
  });
  app.addHook('onResponse', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return;
    const level = ['GET', 'HEAD', 'OPTIONS'].includes(request.method) ? 'debug' : 'info';
    const { method, url } = request;
    request.log[level]({ method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered');
  });
}
