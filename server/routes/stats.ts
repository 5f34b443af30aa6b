import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { readSeries, readSummary } from '#core/database/buckets.ts';
import { countsOfEach } from '#core/database/task-counts.ts';
import { seriesMetrics, StatsSeries, StatsSummary } from '#core/domain/api.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '#server/auth/access.ts';
import { problems } from '#server/problem.ts';
import { list } from '#server/query.ts';
import { summaryFor } from '#server/summary.ts';
import type { Workers } from '#server/workers.ts';

const quarterHourMs = 15 * 60_000;

const Query = z.object({
  metric: list(z.enum(seriesMetrics)).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  step: z.coerce
    .number()
    .int()
    .multipleOf(10)
    .min(10)
    .max(30 * 86_400)
    .default(10),
});
const tags = ['stats'];

/** Numbers for the tiles and the charts. */
export function statsRoutes({ database }: Services, workers: Workers): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/stats/summary',
      { schema: { tags, summary: 'Where things stand now', response: { 200: StatsSummary, ...problems } } },
      async (request) => {
        const user = requireAbility(request, 'read');
        const workers_up = workers.list().filter(({ up }) => up).length;
        return database.read(async (trx) => {
          const house = { ...(await readSummary(trx, new Date())), workers_up };
          return summaryFor(user, house, (await countsOfEach(trx, [user.id]))(user.id));
        });
      },
    );

    app.get(
      '/api/v1/stats/series',
      {
        schema: {
          tags,
          summary: 'What happened over a time',
          querystring: Query,
          response: { 200: StatsSeries, ...problems },
        },
      },
      async (request) => {
        requireAbility(request, 'read');
        const { metric, step } = request.query;
        const to = request.query.to ? new Date(request.query.to) : new Date();
        const from = request.query.from ? new Date(request.query.from) : new Date(to.getTime() - quarterHourMs);
        if (from >= to) throw new DarkroomError('bad_request', 'from: It must be before "to".');
        const metrics = metric?.length ? [...new Set(metric)] : [...seriesMetrics];
        return database.read((trx) => readSeries(trx, { metrics, from, to, step }));
      },
    );
  };
}
