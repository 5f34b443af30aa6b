import { DarkroomError } from '../errors.ts';

/**
 * Mailer: plain text mails to one person each. Adapters: an SMTP server, memory. The tests cite these numbers.
 *
 *  1. `send` resolves once the mail server has taken the mail over, and settles within some seconds whatever that server does.
 *  2. A mail is refused (`mail_refused`, nothing is sent) where its address is none or its subject has control characters:
 *     no value ever becomes a header or a recipient of its own.
 *  3. `mail_refused` also says that the server will never take this mail; `mail_unavailable` that it may later.
 *  4. The text arrives as it was given, whatever characters and lines are in it.
 *  5. What is thrown or logged never shows the password of the mail server.
 *  6. `close` gives mails at hand a moment; after it, `send` throws `mail_unavailable`. Closing again does nothing.
 */
export interface Mailer extends AsyncDisposable {
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}

export interface Mail {
  /** One address, without a name. */
  to: string;
  subject: string;
  text: string;
}

/** Throws `mail_refused` for what must not be sent (guarantee 2). */
export function checkMail({ to, subject }: Mail): void {
  if (!isAddress(to)) throw new DarkroomError('mail_refused', 'Mail cannot be sent to this address.');
  if (/\p{Cc}/u.test(subject)) throw new DarkroomError('mail_refused', 'The subject of a mail is one line.');
}

/** True for one plain mail address, as narrow as mail servers agree on: `name@host` without quotes or comments. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s\p{C}@<>()[\],;:"\\]+@[^\s\p{C}@<>()[\],;:"\\]+$/u.test(text);
}
