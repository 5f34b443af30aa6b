import { describe, expect, test } from 'vitest';
import { invitationMail, passwordResetMail } from './mails.ts';

const link = {
  to: 'grace@example.com',
  url: 'https://pictures.example/reset-password?token=abc',
  expiresAt: new Date('2026-11-28T13:10:00Z'),
};
const invitationBy = (inviter: string) => invitationMail({ ...link, inviter }).text;

describe('An invitation', () => {
  test('says who invites, where to, by which link and until when', () => {
    const { to, subject, text } = invitationMail({ ...link, inviter: 'Ada Lovelace' });
    expect(to).toBe('grace@example.com');
    expect(subject).toBe('You are invited to Darkroom');
    expect(text).toContain('Ada Lovelace invites you to Darkroom at https://pictures.example,');
    expect(text).toContain('\nhttps://pictures.example/reset-password?token=abc\n');
    expect(text).toContain('until 28 November 2026 at 13:10 UTC');
  });

  test.each([
    ['Dr. José-María O’Neil', 'Dr. José-María O’Neil'],
    ['李小龍', '李小龍'],
    ['Eve\r\nBcc: all@example.com', 'Eve Bcc all example. com'],
    ['Eve \u202Egpj.exe\u0000\u2028now', 'Eve gpj. exe now'],
    ['win at https://evil.example/now', 'win at https evil. example now'],
    ['\u200b\u0007', 'Somebody'],
    ['A'.repeat(200), 'A'.repeat(60)],
  ])('shows the name %j as %j: on one line and never a link', (name, shown) => {
    expect(invitationBy(name)).toContain(`Hello,\n\n${shown} invites you to Darkroom`);
  });
});

test('A mail for a new password names the account, the link and its end, and no name that anybody chose', () => {
  const { to, subject, text } = passwordResetMail(link);
  expect(to).toBe('grace@example.com');
  expect(subject).toBe('A new password for Darkroom');
  expect(text).toContain('a new password for grace@example.com at https://pictures.example.');
  expect(text).toContain('\nhttps://pictures.example/reset-password?token=abc\n');
  expect(text).toContain('until 28 November 2026 at 13:10 UTC');
});
