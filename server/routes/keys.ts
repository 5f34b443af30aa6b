import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { addKey, listKeys, removeKey } from '#core/database/api-keys.ts';
import { ApiKeyAnswer, ApiKeyList, NewApiKey } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requireSession } from '../auth/access.ts';
import { problems } from '../problem.ts';

const tags = ['account'];

/** One's own API keys. A key makes no keys: they are made and revoked by who is signed in. */
export function keyRoutes({ database, log }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/keys',
      { schema: { tags, summary: 'One’s API keys', response: { 200: ApiKeyList, ...problems } } },
      async (request) => {
        const { user } = requireSession(request);
        return { items: await database.read((trx) => listKeys(trx, user.id)) };
      },
    );

    app.post(
      '/api/v1/keys',
      {
        schema: {
          tags,
          summary: 'Make an API key; this answer alone shows it',
          body: NewApiKey,
          response: { 201: ApiKeyAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const { user } = requireSession(request);
        const { name, expires_at } = request.body;
        const usual = (['read', 'upload'] as const).filter((ability) => user.abilities.includes(ability));
        const scopes = [...new Set(request.body.scopes ?? usual)];
        const beyond = scopes.find((scope) => !user.abilities.includes(scope));
        if (beyond) throw new DarkroomError('forbidden', `A key cannot do what you may not: ${beyond}.`);
        const now = new Date();
        const expires = expires_at === undefined ? null : new Date(expires_at);
        if (expires && expires <= now) throw new DarkroomError('bad_request', 'expires_at: It must be in the future.');
        const wanted = {
          user_id: user.id,
          name,
          scopes,
          expires_at: expires?.toISOString() ?? null,
          at: now.toISOString(),
        };
        const made = await database.write((trx) => addKey(trx, wanted));
        log.info({ event: 'key_made', user: user.id, key: made.id, scopes, request: request.id }, 'access');
        return reply.code(201).send(made);
      },
    );

    const params = z.object({ id: z.string().max(64) });
    app.delete(
      '/api/v1/keys/:id',
      { schema: { tags, summary: 'Revoke a key', params, response: { 204: z.void(), ...problems } } },
      async (request, reply) => {
        const { user } = requireSession(request);
        const removed = await database.write((trx) => removeKey(trx, user.id, request.params.id));
        if (!removed) throw new DarkroomError('not_found', 'There is no such key.');
        log.info({ event: 'key_revoked', user: user.id, key: request.params.id, request: request.id }, 'access');
        return reply.code(204).send();
      },
    );
  };
}
