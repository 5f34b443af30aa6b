import { DarkroomError } from '../errors.ts';

/** Why a mail could not be handed over, without the secrets that the server or the library may have repeated. */
export function smtpError(error: unknown, secrets: readonly string[]): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const { message, code, responseCode } = error as Error & { code?: unknown; responseCode?: unknown };
  const facts = { code, ...(typeof responseCode === 'number' && { responseCode }) };
  const cause = Object.assign(new Error(withoutSecrets(String(message), secrets)), facts);
  if (isRefusal(code, responseCode))
    return new DarkroomError('mail_refused', 'The mail server refuses this mail.', { cause });
  return new DarkroomError('mail_unavailable', detailOf(code), { cause });
}

/** Everything that gives away how to sign in to the server. */
export function secretsOf(auth: { user: string; pass: string } | null): string[] {
  if (!auth || auth.pass === '') return [];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { user, pass } = auth;
  return [base64(`\0${user}\0${pass}`), base64(pass), encodeURIComponent(pass), pass];
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '(hidden)'), text);
}

/** A 5xx to the mail itself. 503 says that the conversation went wrong, 53x that we must sign in differently. */
function isRefusal(code: unknown, responseCode: unknown): boolean {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false;
  return /^5(?!03|3)\d\d$/.test(String(responseCode));
}

function detailOf(code: unknown): string {
  if (code === 'EAUTH') return 'The mail server does not take the user and password of SMTP_URL.';
  if (code === 'ETLS') return 'The mail server offers no TLS as it is asked for.';
  if (code === 'EABORT' || code === 'ETIMEDOUT') return 'The mail server does not answer in time.';
  if (code === 'ESOCKET' || code === 'ECONNECTION' || code === 'EDNS') return 'The mail server cannot be reached.';
  return 'The mail server takes no mail now.';
}
