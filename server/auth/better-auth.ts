import { AsyncLocalStorage } from 'node:async_hooks';
import { betterAuth } from 'better-auth';
import { APIError, isAPIError } from 'better-auth/api';
import { v7 as uuid } from 'uuid';
import type { Config } from '#core/config.ts';
import type { Database } from '#core/database/database.ts';
import { endAccess, endLinks } from '#core/database/people.ts';
import { oneByOne } from '#core/database/one-by-one.ts';
import { longestPassword, shortestPassword } from '#core/domain/people.ts';
import type { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import { isSecure } from '../origin.ts';
import { singleSignOn } from './single-sign-on.ts';

/** Says who a request comes from. Set by this server on what it hands to better-auth, never taken from outside. */
export const addressHeader = 'x-darkroom-address';

/** How long a link for a new password is good. */
export const resetSeconds = 3600;

const daySeconds = 86_400;
const quarterHourSeconds = 900;

/** What every cookie of this server is called by; that of a session is `<prefix>.session_token`. */
export function cookiePrefix(isSecure: boolean): string {
  return isSecure ? '__Host-darkroom' : 'darkroom';
}

/** Why the database did not do what a request needed: the library itself says only that something went wrong. */
export const failure = new AsyncLocalStorage<{ error?: DarkroomError }>();

interface Parts {
  config: Config;
  database: Database;
  log: Log;
  secret: string;
  /** Where people find this server: links and redirects lead there, whatever a request says of its host. */
  url: string;
  /** Sends the link for a new password; null where there is no mail. */
  sendReset: ((user: { email: string }, token: string) => Promise<void>) | null;
}

export type BetterAuth = ReturnType<typeof openBetterAuth>;

/** better-auth over our tables. Whether a request may come at all (origin, rate) is decided before it gets here. */
export function openBetterAuth({ config, database, log, secret, url, sendReset }: Parts) {
  const secure = isSecure(config);
  return betterAuth({
    appName: 'Darkroom',
    baseURL: url,
    basePath: '/api/auth',
    secret,
    database: { db: oneByOne(database, (error) => Object.assign(failure.getStore() ?? {}, { error })), type: 'sqlite' },
    logger: { level: 'warn', log: (_level, message) => log.debug({ library: 'better-auth' }, message) },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    onAPIError: {
      errorURL: `${url}/sign-in`,
      // Without this the library writes on the console.
      onError: (error) => log[isAPIError(error) ? 'debug' : 'error']({ err: error }, 'better-auth could not answer'),
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: shortestPassword,
      maxPasswordLength: longestPassword,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: resetSeconds,
      async onPasswordReset({ user }) {
        await database.write(async (trx) => {
          await endLinks(trx, user.id);
          await endAccess(trx, user.id);
        });
        log.info({ event: 'password_reset', user: user.id }, 'access');
      },
      ...(sendReset && { sendResetPassword: ({ user, token }) => sendReset(user, token) }),
    },
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        role: { type: 'string', required: true, input: false, defaultValue: config.OIDC_ROLE },
        disabled_at: { type: 'string', required: false, input: false },
      },
    },
    account: {
      modelName: 'accounts',
      fields: {
        userId: 'user_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, trustedProviders: [], allowDifferentEmails: false },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: config.SESSION_DAYS * daySeconds,
      updateAge: quarterHourSeconds,
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: 'hashed',
    },
    databaseHooks: {
      session: {
        create: {
          async before(session) {
            const user = await database.read((db) =>
              db.selectFrom('users').select('disabled_at').where('id', '=', session.userId).executeTakeFirst(),
            );
            if (user?.disabled_at === null)
              return { data: { ...session, userAgent: session.userAgent?.slice(0, 300) } };
            throw new APIError('FORBIDDEN', { code: 'DISABLED', message: 'This account is disabled: ask an admin.' });
          },
          // The one place that knows whom a sign-in let in, by whichever way.
          async after({ id, userId, ipAddress }) {
            log.info({ event: 'signed_in', user: userId, session: id, address: ipAddress }, 'access');
          },
        },
      },
    },
    advanced: {
      // Our own check is stricter: any change, with or without a cookie (see `origin.ts`).
      disableCSRFCheck: true,
      // Said outright, since the library leaves it out where it believes to be tested.
      disableOriginCheck: false,
      useSecureCookies: false,
      cookiePrefix: cookiePrefix(secure),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
      ipAddress: { ipAddressHeaders: [addressHeader], ipv6Subnet: 128 },
      database: { generateId: () => uuid(), validateSchema: false },
    },
    plugins: config.OIDC_ISSUER === undefined ? [] : [singleSignOn(config, config.OIDC_ISSUER)],
  });
}
