import { createTransport } from 'nodemailer';
import { DarkroomError } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';
import { checkMail, type Mailer } from './mailer.ts';
import { secretsOf, smtpError } from './smtp-errors.ts';
import { transportOptions, type SmtpServer } from './smtp-url.ts';

interface Options {
  server: SmtpServer;
  /** Whom mails come from. */
  from: { name: string; address: string };
  log: Log;
  /** How long one mail may take, from the wait for a connection to the last answer. */
  deadlineMs?: number;
}

/** How long mails at hand have when the mailer is closed. */
const graceMs = 3000;

/** Sends mail by an SMTP server over a few connections that are kept for a while. */
export function openSmtpMailer({ server, from, log, deadlineMs = 15_000 }: Options): Mailer {
  const secrets = secretsOf(server.auth);
  const transport = createTransport({
    ...transportOptions(server),
    pool: true,
    maxConnections: 3,
    maxRequeues: 1,
    idleTimeout: 30_000,
    dnsTimeout: deadlineMs,
    connectionTimeout: deadlineMs,
    greetingTimeout: deadlineMs,
    socketTimeout: deadlineMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.on('error', (error) => log.warn({ err: smtpError(error, secrets) }, 'the mail server was lost'));
  const atHand = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;

  const close = async () => {
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, graceMs);
    await Promise.race([Promise.allSettled(atHand), grace.promise]);
    clearTimeout(timer);
    transport.close({ force: true });
  };

  return {
    async send(mail) {
      if (closing) throw new DarkroomError('mail_unavailable', 'The mailer is closed.');
      checkMail(mail);
      const sending = transport.sendMail({
        from,
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        textEncoding: 'quoted-printable',
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.timeout(deadlineMs),
      });
      atHand.add(sending);
      try {
        await sending;
      } catch (error) {
        throw smtpError(error, secrets);
      } finally {
        atHand.delete(sending);
      }
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}
