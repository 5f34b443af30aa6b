import addressparser from 'nodemailer/lib/addressparser';
import type { Config } from '../config.ts';
import { DarkroomError } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';
import { isAddress, type Mailer } from './mailer.ts';
import { openSmtpMailer } from './smtp.ts';
import { readSmtpUrl } from './smtp-url.ts';

/** The mailer that the settings name; null where none is set and no mail is sent. Throws `invalid_config`. */
export function openMailer({ SMTP_URL, MAIL_FROM }: Pick<Config, 'SMTP_URL' | 'MAIL_FROM'>, log: Log): Mailer | null {
  if (SMTP_URL === undefined) return null;
  const server = readSmtpUrl(SMTP_URL);
  const mailer = openSmtpMailer({ server, from: readSender(MAIL_FROM), log });
  log.debug({ host: server.host, port: server.port }, 'mail is sent by this server');
  return mailer;
}

/** `address` or `Name <address>`. */
function readSender(text: string): { name: string; address: string } {
  const [sender, ...others] = /\p{Cc}/u.test(text) ? [] : addressparser(text);
  if (!sender || others.length > 0 || sender.address === undefined || !isAddress(sender.address)) {
    const takes = 'it takes an address, or a name with an address in <>';
    throw new DarkroomError('invalid_config', `MAIL_FROM=${JSON.stringify(text)} is not valid: ${takes}.`);
  }
  return { name: sender.name, address: sender.address };
}
