import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isAdminHere } from '#core/database/people.ts';
import { Entrance, SetUp } from '#core/domain/people.ts';
import type { Services } from '#core/services.ts';
import type { Accounts } from '../auth/accounts.ts';
import { clientAddress } from '../client-address.ts';
import type { Limits } from '../limits/limits.ts';
import { problems } from '../problem.ts';

const tags = ['account'];

/** What there is for who is not signed in: the ways in, and the making of the first admin. */
export function setUpRoutes(
  { config, database }: Services,
  accounts: Accounts,
  { signIns }: Pick<Limits, 'signIns'>,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/entrance',
      { schema: { tags, summary: 'The ways to sign in', response: { 200: Entrance, ...problems } } },
      async () => ({
        single_sign_on: config.OIDC_ISSUER === undefined ? null : config.OIDC_NAME,
        password_reset: accounts.mailer !== null,
        set_up: !(await database.read(isAdminHere)),
      }),
    );

    app.post(
      '/api/v1/set-up',
      {
        schema: {
          tags,
          summary: 'Make the first admin, by the link that the log shows',
          body: SetUp,
          response: { 201: z.object({ id: z.string() }), ...problems },
        },
      },
      async (request, reply) => {
        const attempt = { email: null, address: clientAddress(request.raw) };
        await signIns.check(attempt);
        const made = await accounts.setUp(request.body);
        await signIns.succeeded(attempt);
        return reply.code(201).send(made);
      },
    );
  };
}
