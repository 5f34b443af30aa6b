import { expect, test } from 'vitest';
import { readSmtpUrl, transportOptions } from './smtp-url.ts';

test('Mail leaves this machine over verified TLS only', () => {
  const far = readSmtpUrl('smtp://mail.example');
  expect(far).toEqual({ host: 'mail.example', port: 587, secure: false, requireTLS: true, verify: true, auth: null });
  expect(transportOptions(far)).toMatchObject({ secure: false, requireTLS: true, tls: { rejectUnauthorized: true } });
  const secure = readSmtpUrl('smtps://mail.example');
  expect(secure).toMatchObject({ port: 465, secure: true, verify: true });
  expect(transportOptions(secure)).toMatchObject({ secure: true, tls: { rejectUnauthorized: true } });
});

test.each(['localhost', '127.0.0.1', '[::1]'])(
  'A server on this machine, %s, needs no TLS and no certificate',
  (host) => {
    expect(readSmtpUrl(`smtp://${host}:25`)).toMatchObject({ port: 25, requireTLS: false, verify: false });
  },
);

test('The address may say how much TLS there must be', () => {
  const flags = 'requireTLS=false&tls.rejectUnauthorized=false';
  expect(readSmtpUrl(`smtp://mail.example?${flags}`)).toMatchObject({ requireTLS: false, verify: false });
  expect(readSmtpUrl('smtp://localhost?requireTLS=true')).toMatchObject({ requireTLS: true, verify: false });
});

test('User and password are read as they were meant', () => {
  const { auth, host } = readSmtpUrl('smtp://me%40example.com:p%40ss%25%2Fword@[2001:db8::1]:2525');
  expect(auth).toEqual({ user: 'me@example.com', pass: 'p@ss%/word' });
  expect(host).toBe('2001:db8::1');
});

test.each([
  'smtp://user:geheim@mail.example?debug=true',
  'smtp://user:geheim@mail.example?requireTLS=maybe',
  'smtp://user:geheim%@mail.example',
  'smtp:geheim',
])('What cannot be meant is refused at the start without showing it: %s', (address) => {
  expect(() => readSmtpUrl(address)).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: expect.not.stringContaining('geheim') as string }),
  );
});
