import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { WorkerList } from '#core/domain/api.ts';
import { requireAbility } from '#server/auth/access.ts';
import { problems } from '#server/problem.ts';
import { workersFor } from '#server/summary.ts';
import type { Workers } from '#server/workers.ts';

/** Who develops, as each worker last said of itself. */
export function workerRoutes(workers: Workers): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/workers',
      {
        schema: {
          tags: ['workers'],
          summary: 'Workers and their last heartbeat',
          response: { 200: WorkerList, ...problems },
        },
      },
      async (request) => {
        const user = requireAbility(request, 'read');
        return { items: workersFor(user, workers.list()) };
      },
    );
  };
}
