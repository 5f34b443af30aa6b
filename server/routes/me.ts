import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { findPerson } from '#core/database/people.ts';
import { endOtherSessions, endSession, listSessions } from '#core/database/sessions.ts';
import { Me, SessionList } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requirePerson, requireSession } from '../auth/access.ts';
import { problems } from '../problem.ts';

const tags = ['account'];

/** Who asks, and where they are signed in. */
export function meRoutes({ config, database, log }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/me',
      { schema: { tags, summary: 'Who asks, and what they may do', response: { 200: Me, ...problems } } },
      async (request) => {
        const { id, email, name, role, abilities } = requirePerson(request);
        const person = await database.read((trx) => findPerson(trx, id));
        return {
          id,
          email,
          name,
          role,
          abilities: [...abilities],
          quota_images: person.quota_images ?? config.QUOTA_IMAGES ?? null,
          quota_bytes: person.quota_bytes ?? config.QUOTA_BYTES ?? null,
          usage: { images: person.images, bytes: person.bytes },
        };
      },
    );

    app.get(
      '/api/v1/sessions',
      { schema: { tags, summary: 'Where one is signed in', response: { 200: SessionList, ...problems } } },
      async (request) => {
        const { user, session } = requireSession(request);
        const rows = await database.read((trx) => listSessions(trx, user.id, new Date().toISOString()));
        const items = rows.map(({ id, created_at, updated_at, expires_at, ip_address, user_agent }) => ({
          id,
          created_at,
          expires_at,
          user_agent,
          last_seen_at: updated_at,
          address: ip_address,
          current: id === session,
        }));
        return { items };
      },
    );

    app.delete(
      '/api/v1/sessions',
      { schema: { tags, summary: 'Sign out everywhere else', response: { 204: z.void(), ...problems } } },
      async (request, reply) => {
        const { user, session } = requireSession(request);
        await database.write((trx) => endOtherSessions(trx, user.id, session));
        log.info({ event: 'sessions_ended', user: user.id, request: request.id }, 'access');
        return reply.code(204).send();
      },
    );

    const params = z.object({ id: z.string().max(64) });
    app.delete(
      '/api/v1/sessions/:id',
      { schema: { tags, summary: 'Sign out there', params, response: { 204: z.void(), ...problems } } },
      async (request, reply) => {
        const { user } = requireSession(request);
        const ended = await database.write((trx) => endSession(trx, user.id, request.params.id));
        if (!ended) throw new DarkroomError('not_found', 'There is no such session.');
        log.info({ event: 'session_ended', user: user.id, session: request.params.id, request: request.id }, 'access');
        return reply.code(204).send();
      },
    );
  };
}
