import { randomBytes } from 'node:crypto';
import { endLinks } from '#core/database/people.ts';
import type { Invitation } from '#core/domain/people.ts';
import type { Services } from '#core/services.ts';
import type { Accounts } from './accounts.ts';
import { invitationMail } from './mails.ts';

const weekMs = 7 * 24 * 3_600_000;

/**
 * A link by which a person chooses a password, once and within a week; those before it no longer work. Sent to them where
 * there is mail.
 */
export async function invite(
  { database }: Pick<Services, 'database'>,
  { auth, mailer, url }: Accounts,
  person: { id: string; email: string },
  by: { name: string },
): Promise<Invitation> {
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(Date.now() + weekMs);
  await database.write((trx) => endLinks(trx, person.id));
  const { internalAdapter } = await auth().$context;
  await internalAdapter.createVerificationValue({ identifier: `reset-password:${token}`, value: person.id, expiresAt });
  const link = `${url()}/reset-password?token=${token}`;
  const sent = mailer
    ? await mailer.send(invitationMail({ to: person.email, inviter: by.name, url: link, expiresAt })).then(
        () => true,
        () => false,
      )
    : false;
  return { url: link, expires_at: expiresAt.toISOString(), sent };
}
