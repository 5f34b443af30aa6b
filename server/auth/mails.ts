import type { Mail } from '#core/mail/mailer.ts';

interface Link {
  to: string;
  /** Where it leads: an address of this server, which is made of settings and never of what a request said. */
  url: string;
  expiresAt: Date;
}

/** Asks somebody to choose a password and come in. */
export function invitationMail({ to, url, expiresAt, inviter }: Link & { inviter: string }): Mail {
  const text = [
    'Hello,',
    `${plainName(inviter) || 'Somebody'} invites you to Darkroom at ${new URL(url).origin}, where pictures are developed.`,
    `Choose a password, and you are in:\n${url}`,
    `The link works once, until ${inWords(expiresAt)}. If you did not expect this mail, leave it alone.`,
  ];
  return { to, subject: 'You are invited to Darkroom', text: paragraphs(text) };
}

/** Brings the link by which somebody who forgot their password chooses another. */
export function passwordResetMail({ to, url, expiresAt }: Link): Mail {
  const text = [
    'Hello,',
    `somebody, most likely you, asked for a new password for ${to} at ${new URL(url).origin}.`,
    `Choose one here:\n${url}`,
    `The link works once, until ${inWords(expiresAt)}. If it was not you, leave this mail alone: nothing has changed.`,
  ];
  return { to, subject: 'A new password for Darkroom', text: paragraphs(text) };
}

const longestName = 60;

/**
 * A name as far as it may stand in a mail: on one line, short, and of letters, digits and spaces with little between them,
 * so that no mail reader takes a part of it for a link.
 */
function plainName(name: string): string {
  const plain = name
    .replace(/\p{Cf}/gu, '')
    .replace(/[^\p{L}\p{M}\p{N} .,'’-]+/gu, ' ')
    .replace(/\.(?=\S)/g, '. ')
    .replace(/ +/g, ' ')
    .trim();
  return Array.from(plain).slice(0, longestName).join('').trim();
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

function inWords(date: Date): string {
  return `${moment.format(date)} UTC`;
}

function paragraphs(parts: string[]): string {
  return `${parts.join('\n\n')}\n`;
}
