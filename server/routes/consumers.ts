import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { consumerGroups } from '#core/consumer/groups.ts';
import { lagOf } from '#core/consumer/lag.ts';
import { ConsumerList } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '#server/auth/access.ts';
import { problems } from '#server/problem.ts';
import { sharedRead } from '#server/shared-read.ts';

const late = {
  code: 'broker_unavailable',
  detail: 'The message broker does not say how far the consumers are.',
} as const;

/** How far every consumer group is behind. However many ask, the broker is asked once a second. */
export function consumerRoutes({ broker, config }: Pick<Services, 'broker' | 'config'>): FastifyPluginAsyncZod {
  const groups = Object.entries(consumerGroups(config));
  const read = sharedRead(
    async (): Promise<ConsumerList> => {
      const lags = await Promise.all(groups.map(([, { group, topics }]) => broker.lag(group, topics)));
      const now = Date.now();
      const items = groups.map(([name, { group, topics }], index) => {
        const partitions = lags[index] ?? [];
        return {
          name,
          group,
          topics,
          lag: lagOf(partitions, now),
          partitions: partitions.map(({ topic, partition, committed, next, messages, oldest }) => ({
            topic,
            partition,
            committed,
            next,
            lag: lagOf([{ messages, oldest }], now),
          })),
        };
      });
      return { at: new Date(now).toISOString(), items };
    },
    { freshMs: 1000, deadlineMs: 2000, late },
  );

  return async (app) => {
    app.get(
      '/api/v1/consumers',
      {
        schema: {
          tags: ['consumers'],
          summary: 'How far each consumer group is behind, in messages and in seconds',
          response: { 200: ConsumerList, ...problems },
        },
      },
      (request) => {
        requireAbility(request, 'operate');
        return read();
      },
    );
  };
}
