import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { endLinks } from '#core/database/people.ts';
import { endSession } from '#core/database/sessions.ts';
import { DarkroomError, type ErrorCode } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requireSession } from '../auth/access.ts';
import type { Accounts } from '../auth/accounts.ts';
import { addressHeader, failure } from '../auth/better-auth.ts';
import { clientAddress } from '../client-address.ts';
import type { Limits } from '../limits/limits.ts';
import { networkOf } from '../limits/network.ts';
import type { SignInAttempt } from '../limits/sign-ins.ts';

/**
 * What of better-auth can be reached. What is not here is not there, whatever a later version of it brings. `guesses`:
 * failures are limited; `costs`: every time is, since who asks learns nothing by it; `begins`: how many begin is, in a minute.
 */
const reachable = {
  'POST /sign-in/email': 'guesses',
  'POST /sign-in/social': 'begins',
  'GET /callback/oidc': 'free',
  'POST /sign-out': 'free',
  'GET /get-session': 'free',
  'POST /change-password': 'guesses',
  'POST /request-password-reset': 'costs',
  'POST /reset-password': 'guesses',
} as const;

/** What better-auth says, in the words of this API. Anything else is told by its status. */
const codes: Record<string, [ErrorCode, string]> = {
  INVALID_EMAIL_OR_PASSWORD: ['invalid_credentials', 'The email or the password is wrong.'],
  INVALID_EMAIL: ['invalid_credentials', 'The email or the password is wrong.'],
  INVALID_TOKEN: ['invalid_token', 'This link is used up or out of date: ask for a new one.'],
  INVALID_PASSWORD: ['wrong_password', 'The present password is another.'],
  PASSWORD_TOO_SHORT: ['bad_request', 'The password is too short.'],
  PASSWORD_TOO_LONG: ['bad_request', 'The password is too long.'],
  DISABLED: ['forbidden', 'This account is disabled: ask an admin.'],
  SIGN_ON_UNAVAILABLE: ['sign_on_unavailable', 'The single sign-on does not answer: try again, or use a password.'],
  RESET_PASSWORD_DISABLED: ['not_found', 'This server sends no mail: ask an admin for a link.'],
};
const codesByStatus: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
};

/** Signing in and out, passwords, single sign-on: better-auth, behind our door. */
export function authRoutes(
  { database, log }: Pick<Services, 'database' | 'log'>,
  accounts: Accounts,
  { signIns, signOns }: Pick<Limits, 'signIns' | 'signOns'>,
): FastifyPluginAsync {
  return async (app) => {
    for (const [route, limit] of Object.entries(reachable)) {
      const [method = '', path = ''] = route.split(' ');
      const handler = (request: FastifyRequest, reply: FastifyReply) => {
        if (path === '/change-password') requireSession(request);
        return answer(request, reply, { route, limit });
      };
      app.route({ method, url: `/api/auth${path}`, bodyLimit: 16 << 10, schema: { hide: true }, handler });
    }

    async function answer(
      request: FastifyRequest,
      reply: FastifyReply,
      { route, limit }: { route: string; limit: (typeof reachable)[keyof typeof reachable] },
    ): Promise<FastifyReply> {
      const attempt = attemptOf(route, request);
      if (limit === 'begins') await signOns.take(networkOf(attempt.address));
      else if (limit !== 'free') await signIns.check(attempt);
      const failed: { error?: DarkroomError } = {};
      const asked = toWebRequest(route, request, accounts.url());
      const response = await failure.run(failed, () => accounts.auth().handler(asked));
      if (limit === 'guesses' && response.status < 400) await signIns.succeeded(attempt);
      const text = await response.text();
      if (beginsSession(route, response)) await endPresent(request);
      if (route === 'POST /change-password' && response.ok) await endLinksOf(request);
      note(request, response.status);
      if (response.status >= 500 && failed.error) throw failed.error;
      if (response.status >= 400) throw errorOf(response.status, text);
      for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
      const location = response.headers.get('location');
      if (location !== null) reply.header('location', location);
      if (text !== '') reply.type('application/json');
      return reply.code(response.status).send(text === '' ? undefined : text);
    }

    /** Who signs in again goes on in a new session alone. */
    async function endPresent({ user }: FastifyRequest): Promise<void> {
      const by = user?.by;
      if (user && by && 'session' in by) await database.write((trx) => endSession(trx, user.id, by.session));
    }

    /** A link for another password is no longer wanted. */
    async function endLinksOf({ user }: FastifyRequest): Promise<void> {
      if (user) await database.write((trx) => endLinks(trx, user.id));
    }

    function note(request: FastifyRequest, status: number): void {
      const what = request.routeOptions.url?.replace('/api/auth/', '') ?? '';
      if (what === 'get-session') return;
      const level = status < 400 ? 'info' : 'warn';
      const { id } = request;
      log[level](
        { event: what, status, request: id, user: request.user?.id, address: clientAddress(request.raw) },
        'access',
      );
    }
  };
}

/** Where a body says whose account it is about. */
const namesAccount = new Set(['POST /sign-in/email', 'POST /request-password-reset']);

/**
 * Whose account it is about, and where it comes from. An email that the route does not ask for is not listened to: it would
 * be counted, or forgiven, for an account that was not tried.
 */
function attemptOf(route: string, { body, user, raw }: FastifyRequest): SignInAttempt {
  const address = clientAddress(raw);
  if (route === 'POST /change-password') return { email: user?.email ?? null, address };
  const { email } = (body ?? {}) as { email?: unknown };
  return { email: namesAccount.has(route) && typeof email === 'string' ? email.slice(0, 320) : null, address };
}

/** As better-auth takes it: from our own address, with nothing but what it needs of what came. */
function toWebRequest(route: string, { method, url, headers, body, raw }: FastifyRequest, base: string): Request {
  const sent = new Headers({ [addressHeader]: clientAddress(raw) });
  if (headers.cookie !== undefined) sent.set('cookie', headers.cookie);
  if (headers['user-agent'] !== undefined) sent.set('user-agent', headers['user-agent']);
  if (method === 'GET') return new Request(new URL(url, base), { method, headers: sent });
  sent.set('content-type', 'application/json');
  const told = route === 'POST /sign-in/social' ? startOf(body) : body;
  return new Request(new URL(url, base), { method, headers: sent, body: JSON.stringify(told ?? {}) });
}

/**
 * Single sign-on is done at the provider and as the settings say: an ID token that somebody has already would be let in
 * without state, PKCE and nonce.
 */
function startOf(body: unknown): object {
  const { provider, callbackURL, errorCallbackURL, newUserCallbackURL } = (body ?? {}) as Record<string, unknown>;
  return { provider, callbackURL, errorCallbackURL, newUserCallbackURL };
}

function beginsSession(route: string, { headers }: Response): boolean {
  if (route !== 'POST /sign-in/email' && route !== 'GET /callback/oidc') return false;
  return headers.getSetCookie().some((cookie) => /^[\w-]+\.session_token=[^;]/.test(cookie));
}

function errorOf(status: number, text: string): DarkroomError {
  const { code = '', message } = parsed(text);
  const [named, detail] = codes[code] ?? [];
  if (named && detail) return new DarkroomError(named, detail);
  if (status >= 500) return new DarkroomError('internal', 'Something went wrong inside Darkroom.', { cause: text });
  return new DarkroomError(codesByStatus[status] ?? 'bad_request', message ?? 'The request cannot be read.');
}

function parsed(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text) as { code?: string; message?: string };
  } catch {
    return {};
  }
}
