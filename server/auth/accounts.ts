import { createHash, randomBytes } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { v7 as uuid } from 'uuid';
import { stillGood } from '#core/database/access.ts';
import { addPerson, isAdminHere, promoteByEmail } from '#core/database/people.ts';
import { forgetExpired } from '#core/database/sessions.ts';
import type { Writer } from '#core/database/database.ts';
import type { SetUp } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Mailer } from '#core/mail/mailer.ts';
import type { Services } from '#core/services.ts';
import type { Identify, StillGood } from './access.ts';
import { isSecure } from '../origin.ts';
import { cookiePrefix, openBetterAuth, resetSeconds, type BetterAuth } from './better-auth.ts';
import { identifyBy } from './identify.ts';
import { passwordResetMail } from './mails.ts';
import { authSecret } from './secret.ts';

/** Who there is, how they sign in, and who a request comes from. */
export interface Accounts {
  readonly identify: Identify;
  readonly stillGood: StillGood;
  /** better-auth; only once the server listens, since its links lead there. */
  readonly auth: () => BetterAuth;
  /** Where people find this server. */
  readonly url: () => string;
  readonly mailer: Mailer | null;
  /** Makes the admin of the settings where there is none yet. */
  readonly makeFirstAdmin: () => Promise<void>;
  /** Where there is no admin: the address of a page where the first admin can be made, good for a day and for once. */
  readonly offerSetUp: () => Promise<string | null>;
  /** Makes the first admin. Throws `invalid_token`, or `conflict` where somebody is here already. */
  setUp(request: SetUp): Promise<{ id: string }>;
  /** Lengthens the session of a cookie, at most every quarter of an hour. Resolves to the cookies to set. */
  refresh(cookie: string | undefined): Promise<string[]>;
  stop(): void;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Parts = Pick<Services, 'config' | 'database' | 'log'>;

/** `url` is asked for once requests come, and not before. */
export async function openAccounts(
  services: Parts,
  { url, mailer }: { url: () => string; mailer: Mailer | null },
): Promise<Accounts> {
  const { config, database, log } = services;
  const secret = await authSecret(config);
  let opened: BetterAuth | null = null;
  const auth = () => {
    opened ??= openBetterAuth({ config, database, log, secret, url: url(), sendReset: mailer && sendReset });
    return opened;
  };

  /** Not waited for: how long it takes would tell whether there is such a person. */
  async function sendReset({ email }: { email: string }, token: string): Promise<void> {
    const link = `${url()}/reset-password?token=${token}`;
    mailer
      ?.send(passwordResetMail({ to: email, url: link, expiresAt: new Date(Date.now() + resetSeconds * 1000) }))
      .catch((error: unknown) => log.error({ err: error }, 'a mail for a new password was not sent'));
  }

  const forget = () =>
    database
      .write((trx) => forgetExpired(trx, new Date().toISOString()))
      .catch((error: unknown) => log.warn({ err: error }, 'what has run out was not removed'));
  const forgetting = setInterval(forget, hourMs).unref();

  async function makeFirstAdmin(): Promise<void> {
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = config;
    if (email === undefined || password === undefined || (await database.read(isAdminHere))) return;
    const person = { id: uuid(), email, name: 'Admin', role: 'admin' as const, at: new Date().toISOString() };
    const passwordHash = await hashPassword(password);
    await database
      .write(async (trx) => {
        if (await isAdminHere(trx)) return;
        // Who came by the single sign-on before is that person, and keeps coming so.
        if (!(await promoteByEmail(trx, email, person.at))) await addPerson(trx, { ...person, passwordHash });
      })
      .catch((error: unknown) => {
        if (!(error instanceof DarkroomError) || error.code !== 'email_taken') throw error;
        const why = 'the single sign-on brought somebody who only claims it: take another email.';
        throw new DarkroomError('invalid_config', `ADMIN_EMAIL=${email} cannot be made an admin: ${why}`, {
          cause: error,
        });
      });
  }

  async function offerSetUp(): Promise<string | null> {
    if (await database.read(isAdminHere)) return null;
    const token = randomBytes(32).toString('base64url');
    const now = Date.now();
    const at = new Date(now).toISOString();
    const expires_at = new Date(now + dayMs).toISOString();
    const proof = { id: uuid(), identifier: setUpProof(token), value: 'admin', created_at: at, updated_at: at };
    await database.write((trx) =>
      trx
        .insertInto('verifications')
        .values({ ...proof, expires_at })
        .execute(),
    );
    return `${url()}/set-up?token=${token}`;
  }

  return {
    identify: identifyBy({ database, log, cookieName: `${cookiePrefix(isSecure(config))}.session_token`, secret }),
    stillGood: (all) => database.read((trx) => stillGood(trx, all, new Date().toISOString())),
    auth,
    url,
    mailer,
    makeFirstAdmin,
    offerSetUp,
    async setUp({ token, email, name, password }) {
      const at = new Date().toISOString();
      await database.read((trx) => requireProof(trx, token, at));
      const id = uuid();
      const passwordHash = await hashPassword(password);
      await database.write(async (trx) => {
        await requireProof(trx, token, at);
        if (await isAdminHere(trx)) throw new DarkroomError('conflict', 'Darkroom is set up already: sign in.');
        await addPerson(trx, { id, email, name, role: 'admin', passwordHash, at });
        await trx.deleteFrom('verifications').where('identifier', 'like', 'set-up:%').execute();
      });
      log.info({ event: 'set_up', user: id }, 'the first admin was made');
      return { id };
    },
    async refresh(cookie) {
      if (cookie === undefined) return [];
      const { headers } = await auth().api.getSession({ headers: new Headers({ cookie }), returnHeaders: true });
      return headers.getSetCookie();
    },
    stop: () => clearInterval(forgetting),
  };
}

function setUpProof(token: string): string {
  return `set-up:${createHash('sha256').update(token).digest('hex')}`;
}

async function requireProof(trx: Writer, token: string, at: string): Promise<void> {
  const proof = await trx
    .selectFrom('verifications')
    .select('id')
    .where('identifier', '=', setUpProof(token))
    .where('expires_at', '>', at)
    .executeTakeFirst();
  if (proof) return;
  throw new DarkroomError(
    'invalid_token',
    'This link is used up or out of date: start the server again for a new one.',
  );
}
