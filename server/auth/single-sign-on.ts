import { APIError, createAuthMiddleware } from 'better-auth/api';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import type { Config } from '#core/config.ts';
import { Email, longestName } from '#core/domain/people.ts';

/** The one provider of single sign-on, as better-auth knows it. */
export const providerId = 'oidc';

/**
 * Single sign-on by the OpenID provider of the settings, with state, PKCE, a nonce and verified ID tokens. The provider is
 * asked about itself once somebody signs on, never before: one that is away or hangs keeps nobody from a password.
 */
export function singleSignOn({ OIDC_CLIENT_ID = '', OIDC_CLIENT_SECRET, OIDC_NAME }: Config, issuer: string) {
  const provider = {
    providerId,
    name: OIDC_NAME,
    discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    scopes: ['openid', 'email', 'profile'],
    pkce: true,
    requireIdTokenVerification: true,
    mapProfileToUser: takenOver,
  };
  const plugin = genericOAuth({ config: [provider] });
  return {
    ...plugin,
    init: async ({ socialProviders }: Parameters<typeof plugin.init>[0]) => ({
      context: { socialProviders, genericOAuthPendingDiscovery: new Map([[providerId, provider]]) },
    }),
    hooks: { before: [...plugin.hooks.before, requireProvider] },
  };
}

/** Runs after what asks the provider about itself. */
const requireProvider = {
  matcher: ({ path, body }: { path?: string; body?: { provider?: unknown } }) =>
    path === '/sign-in/social' && body?.provider === providerId,
  handler: createAuthMiddleware(async ({ context }) => {
    if (context.socialProviders.some(({ id }) => id === providerId)) return;
    throw new APIError('SERVICE_UNAVAILABLE', { code: 'SIGN_ON_UNAVAILABLE', message: 'The provider is away.' });
  }),
};

/** What is taken over of what the provider says of somebody: an email if it is one, and a name that fits on a line. */
function takenOver({ email, name }: { email?: unknown; name?: unknown }): {
  email?: string;
  name: string;
  image: undefined;
} {
  const known = Email.safeParse(email).data;
  return { email: known, name: plain(name) || (known ?? ''), image: undefined };
}

function plain(name: unknown): string {
  if (typeof name !== 'string') return '';
  const line = name
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
  return Array.from(line).slice(0, longestName).join('').trim();
}
