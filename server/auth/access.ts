import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Credential } from '#core/database/access.ts';
import type { Ability, Role } from '#core/domain/access.ts';
import { DarkroomError } from '#core/errors.ts';

/** Who asks, and what this request or connection may do: of a key, no more than its scopes. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  abilities: readonly Ability[];
  /** What the person came with. */
  by: Credential;
}

/** Finds out who asks by what the request carries; null: nobody that is known here. Never throws for what it carries. */
export type Identify = (request: IncomingMessage) => Promise<User | null>;

/** Of what people came with, what still lets them in, by id. */
export type StillGood = (all: Credential[]) => Promise<Set<string>>;

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
    // What pages are made of is the same for everybody.
    if (!request.url.startsWith('/_next/')) request.user = await identify(request.raw);
  });
  // A body may be held back for many seconds: who sent its header may have been shut out since.
  app.addHook('preHandler', async (request) => {
    if (request.user && request.body) request.user = await identify(request.raw);
  });
}

/** Who asks, if they may do this. Throws `unauthenticated` where nobody is signed in, `forbidden` where they may not. */
export function requireAbility(request: Pick<FastifyRequest, 'user'>, ability: Ability): User {
  const user = requirePerson(request);
  if (user.abilities.includes(ability)) return user;
  throw new DarkroomError('forbidden', refusals[ability]);
}

/** Who asks, whatever they may do. Throws `unauthenticated`. */
export function requirePerson({ user }: Pick<FastifyRequest, 'user'>): User {
  if (user) return user;
  throw new DarkroomError('unauthenticated', 'Sign in, or send an API key.');
}

/** Who asks, by a session of their own and not by a key. Throws `unauthenticated`, or `forbidden` for a key. */
export function requireSession(request: Pick<FastifyRequest, 'user'>): { user: User; session: string } {
  const user = requirePerson(request);
  if ('session' in user.by) return { user, session: user.by.session };
  throw new DarkroomError('forbidden', 'A key may not do this: sign in.');
}

/** Whether the pictures of everybody are there for this person. */
export function seesAll({ abilities }: Pick<User, 'abilities'>): boolean {
  return abilities.includes('operate');
}

/** Whether this person may see what belongs to the other, and so whether it is there for them at all. */
export function mayMeet(user: Pick<User, 'id' | 'abilities'>, ownerId: string): boolean {
  return user.id === ownerId || seesAll(user);
}

const refusals: Record<Ability, string> = {
  read: 'This key may not read.',
  upload: 'You may look, but not send or change pictures.',
  operate: 'Only operators and admins may do this.',
  manage: 'Only admins may do this.',
};
