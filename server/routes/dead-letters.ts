import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listDeadLetters, readDeadLetter } from '#core/database/dead-letters.ts';
import { discardDeadLetter, redriveDeadLetter } from '#core/database/redrive.ts';
import { DeadLetterDetails, DeadLetterPage, DeadLetterStatus } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '#server/auth/access.ts';
import { showDeadLetter, showWholeDeadLetter } from '#server/dead-letter-view.ts';
import { problems } from '#server/problem.ts';
import { list } from '#server/query.ts';

const Query = z.object({
  topic: z.string().max(200).optional(),
  status: list(DeadLetterStatus).optional(),
  reason: z.string().max(200).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const params = z.object({ id: z.uuid() });
const tags = ['dead letters'];

/** The messages that consumers gave up on, for operators. */
export function deadLetterRoutes({ config, database }: Services): FastifyPluginAsyncZod {
  const answer = { 200: DeadLetterDetails, ...problems };

  return async (app) => {
    app.get(
      '/api/v1/dead-letters',
      {
        schema: {
          tags,
          summary: 'Messages that were given up, newest first; of large ones the beginning',
          querystring: Query,
          response: { 200: DeadLetterPage, ...problems },
        },
      },
      async (request) => {
        requireAbility(request, 'operate');
        const { cursor, limit, ...filter } = request.query;
        const page = await database.read((trx) => listDeadLetters(trx, filter, { cursor, limit }));
        return { ...page, items: page.items.map(showDeadLetter) };
      },
    );

    app.get(
      '/api/v1/dead-letters/:id',
      { schema: { tags, summary: 'All that is kept of a dead letter', params, response: answer } },
      async (request) => {
        requireAbility(request, 'operate');
        return showWholeDeadLetter(await database.read((trx) => readDeadLetter(trx, request.params.id)));
      },
    );

    app.post(
      '/api/v1/dead-letters/:id/redrive',
      {
        schema: {
          tags,
          summary: 'Send it back to where it was read; work of a failed task starts the next run of the task',
          params,
          response: answer,
        },
      },
      async (request) => {
        const { id: by } = requireAbility(request, 'operate');
        const { id } = request.params;
        const redriven = await database.write(async (trx) => {
          await redriveDeadLetter(trx, config, { id, by, at: new Date().toISOString() });
          return readDeadLetter(trx, id);
        });
        return showWholeDeadLetter(redriven);
      },
    );

    app.post(
      '/api/v1/dead-letters/:id/discard',
      { schema: { tags, summary: 'Leave it at that; it stays in the list', params, response: answer } },
      async (request) => {
        const { id: by } = requireAbility(request, 'operate');
        const { id } = request.params;
        const discarded = await database.write(async (trx) => {
          await discardDeadLetter(trx, { id, by, at: new Date().toISOString() });
          return readDeadLetter(trx, id);
        });
        return showWholeDeadLetter(discarded);
      },
    );
  };
}
