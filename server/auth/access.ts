import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Ability, Role } from '#core/domain/access.ts';
import { DarkroomError } from '#core/errors.ts';

/** Who asks, and what this request or connection may do: of a key, no more than its scopes. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  abilities: readonly Ability[];
  /** What the person came with. It ends with this. */
  by: { session: string } | { key: string };
}

/** Finds out who asks by what the request carries; null: nobody that is known here. Never throws for what it carries. */
export type Identify = (request: IncomingMessage) => Promise<User | null>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null: nobody. Routes use `requireAbility`. */
    user: User | null;
  }
}

/** Finds out who asks before any body is read. Whether they may is for each handler to check. */
export function identifyRequests(app: FastifyInstance, identify: Identify): void {
  app.decorateRequest('user', null);
  app.addHook('onRequest', async (request) => {
    request.user = await identify(request.raw);
  });
}

/** Who asks, if they may do this. Throws `unauthenticated` where nobody is signed in, `forbidden` where they may not. */
export function requireAbility({ user }: Pick<FastifyRequest, 'user'>, ability: Ability): User {
  if (!user) throw new DarkroomError('unauthenticated', 'Sign in, or send an API key.');
  if (user.abilities.includes(ability)) return user;
  throw new DarkroomError('forbidden', refusals[ability]);
}

/** Whether this person may see what belongs to the other, and so whether it is there for them at all. */
export function mayMeet(user: Pick<User, 'id' | 'abilities'>, ownerId: string): boolean {
  return user.id === ownerId || user.abilities.includes('operate');
}

const refusals: Record<Ability, string> = {
  read: 'This key may not read.',
  upload: 'You may look, but not send or change pictures.',
  operate: 'Only operators and admins may do this.',
  manage: 'Only admins may do this.',
};
