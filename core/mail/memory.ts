import { DarkroomError } from '../errors.ts';
import { checkMail, type Mail, type Mailer } from './mailer.ts';

/** Keeps mails instead of sending them. */
export interface MemoryMailer extends Mailer {
  /** What was sent, in order. */
  readonly sent: Mail[];
}

export function openMemoryMailer(): MemoryMailer {
  const sent: Mail[] = [];
  let isClosed = false;
  const close = async () => void (isClosed = true);
  return {
    sent,
    async send(mail) {
      if (isClosed) throw new DarkroomError('mail_unavailable', 'The mailer is closed.');
      checkMail(mail);
      sent.push({ ...mail });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
