import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toDarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { sharedRead } from '#server/shared-read.ts';

const Check = z.object({ ok: z.boolean(), ms: z.number(), detail: z.string() });
const Readiness = z.object({ ok: z.boolean(), checks: z.record(z.string(), Check) });
type Check = z.infer<typeof Check>;

/** Something that can say of itself whether it works. */
export interface Healthy {
  health(): { ok: boolean; detail: string };
}

const deadlineMs = 2000;
/** Anybody may ask, as often as they like: no dependency is asked more often than that. */
const freshMs = 250;

/** Whether the process lives, and whether everything it depends on works now. */
export function healthRoutes(services: Services, parts: Record<string, Healthy>): FastifyPluginAsyncZod {
  const { broker, database, storage } = services;
  const checks: Record<string, () => Promise<Check>> = {
    database: timed(() => database.ping()),
    storage: timed(() => storage.probe()),
    broker: timed(() => broker.ping()),
  };
  for (const [name, part] of Object.entries(parts)) checks[name] = async () => ({ ...part.health(), ms: 0 });

  return async (app) => {
    app.get(
      '/healthz',
      { schema: { tags: ['health'], summary: 'Alive', response: { 200: z.object({ ok: z.literal(true) }) } } },
      async () => ({ ok: true as const }),
    );
    app.get(
      '/readyz',
      {
        schema: {
          tags: ['health'],
          summary: 'Every dependency; 503 where one is down',
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_request, reply) => {
        const results = await Promise.all(
          Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
        );
        const ok = results.every(([, check]) => check.ok);
        return reply.code(ok ? 200 : 503).send({ ok, checks: Object.fromEntries(results) });
      },
    );
  };
}

/** Asks once for all who want to know at about the same time, and never again before the answer. */
function timed(work: () => Promise<void>): () => Promise<Check> {
  const late = { code: 'internal', detail: `No answer in ${deadlineMs} ms.` } as const;
  const ask = sharedRead(work, { freshMs, deadlineMs, late });
  return async () => {
    const start = performance.now();
    const detail = await ask().then(
      () => null,
      (error: unknown) => toDarkroomError(error).message,
    );
    const ms = Math.round((performance.now() - start) * 10) / 10;
    return { ok: detail === null, ms, detail: detail ?? 'ok' };
  };
}
