import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { isLoopback } from '../config.ts';
import { DarkroomError } from '../errors.ts';

/** How to reach a mail server. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** Whether nothing is said to a server without STARTTLS. */
  requireTLS: boolean;
  /** Whether the certificate must be one that Node trusts. */
  verify: boolean;
  auth: { user: string; pass: string } | null;
}

/**
 * Reads `SMTP_URL`. Mail leaves this machine over verified TLS only, unless the address says otherwise by
 * `?requireTLS=false` (what a server offers is still used) or `?tls.rejectUnauthorized=false`. Throws `invalid_config`,
 * which never shows the address: there is a password in it.
 */
export function readSmtpUrl(address: string): SmtpServer {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw invalid('names no host');
  const isSecure = url.protocol === 'smtps:';
  const isNear = isLoopback(host);
  const flags = readFlags(url.searchParams);
  return {
    host,
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    secure: isSecure,
    requireTLS: flags.get('requireTLS') ?? !isNear,
    verify: flags.get('tls.rejectUnauthorized') ?? !isNear,
    auth: url.username === '' ? null : { user: decode(url.username), pass: decode(url.password) },
  };
}

/** The options of nodemailer for it. */
export function transportOptions({ requireTLS, verify, auth, ...server }: SmtpServer): SMTPPoolOptions {
  const tls = { rejectUnauthorized: verify, minVersion: 'TLSv1.2' } as const;
  return { ...server, requireTLS: requireTLS && !server.secure, tls, ...(auth && { auth }) };
}

const flagNames = ['requireTLS', 'tls.rejectUnauthorized'];

function readFlags(given: URLSearchParams): Map<string, boolean> {
  const flags = new Map<string, boolean>();
  for (const [name, value] of given) {
    if (!flagNames.includes(name)) throw invalid(`has a parameter that is none of ${flagNames.join(', ')}`);
    if (value !== 'true' && value !== 'false') throw invalid(`has ${name}, which takes true or false`);
    flags.set(name, value === 'true');
  }
  return flags;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('has a % in its user or password that begins no %-encoding: write it as %25');
  }
}

function invalid(what: string): DarkroomError {
  return new DarkroomError('invalid_config', `SMTP_URL=(hidden) is not valid: it ${what}.`);
}
