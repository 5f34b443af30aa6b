import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { pino } from 'pino';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { openMemoryMailer } from './memory.ts';
import type { Mail } from './mailer.ts';
import { openMailer } from './open.ts';
import { openSmtpMailer } from './smtp.ts';
import { readSmtpUrl } from './smtp-url.ts';
import { openMailServer } from './testing/mail-server.ts';

const silent = pino({ level: 'silent' });
const mail: Mail = { to: 'grace@example.com', subject: 'Hello', text: 'How are you?\n' };
const password = 'correct horse/battery%staple';

function openAt(url: string, { deadlineMs = 5000, log = silent } = {}) {
  const from = { name: 'Darkroom', address: 'darkroom@localhost' };
  return openSmtpMailer({ server: readSmtpUrl(url), from, log, deadlineMs });
}

/** Knows one user. */
const withSignIn: SMTPServerOptions = {
  disabledCommands: [],
  onAuth({ username, password: given }, _session, done) {
    if (username === 'darkroom' && given === password) done(null, { user: username });
    else done(Object.assign(new Error(`No: ${username} with ${given}`), { responseCode: 535 }));
  },
};
const credentials = `darkroom:${encodeURIComponent(password)}`;

describe('A mail', () => {
  test('arrives over a plain connection on this machine', async () => {
    await using server = await openMailServer({ disabledCommands: ['AUTH', 'STARTTLS'] });
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
    await mailer.send(mail);
    expect(server.received).toEqual([
      expect.objectContaining({
        isSecure: false,
        envelope: { from: 'darkroom@localhost', to: ['grace@example.com'] },
      }),
    ]);
    expect(server.received[0]).toMatchObject({
      subject: 'Hello',
      text: 'How are you?\n',
      from: { name: 'Darkroom', address: 'darkroom@localhost' },
      to: [{ name: '', address: 'grace@example.com' }],
    });
    expect(server.received[0]?.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    );
  });

  test('arrives over STARTTLS, signed in', async () => {
    await using server = await openMailServer(withSignIn);
    await using mailer = openAt(`smtp://${credentials}@127.0.0.1:${server.port}?requireTLS=true`);
    await mailer.send(mail);
    expect(server.received).toEqual([expect.objectContaining({ isSecure: true, user: 'darkroom' })]);
  });

  test('arrives over smtps, signed in', async () => {
    await using server = await openMailServer({ ...withSignIn, secure: true });
    await using mailer = openAt(`smtps://${credentials}@127.0.0.1:${server.port}`);
    await mailer.send(mail);
    expect(server.received).toEqual([expect.objectContaining({ isSecure: true, user: 'darkroom' })]);
  });

  test.each([
    ['long links', `https://pictures.example/reset-password?token=${'a1-_'.repeat(400)}\n`],
    ['every language', 'Grüße — 你好 🙂\n'],
    ['what ends a mail', 'one\n.\nMAIL FROM:<eve@example.com>\n..\nQUIT\n'],
    ['the spaces at line ends and =3D', 'a \n\tb=3D= \n\n\nc'],
  ])('keeps its text: %s', async (_what, text) => {
    await using server = await openMailServer();
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
    await mailer.send({ ...mail, text });
    expect(server.received.map((received) => received.text?.replace(/\n$/, ''))).toEqual([text.replace(/\n$/, '')]);
  });

  test('goes by a connection that is there already', async () => {
    await using server = await openMailServer();
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
    for (const subject of ['one', 'two', 'three']) await mailer.send({ ...mail, subject });
    expect(server.received.map(({ subject }) => subject)).toEqual(['one', 'two', 'three']);
    expect(server.connections).toBe(1);
  });
});

const hostile: [string, Partial<Mail>][] = [
  ['a header in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
  ['a bare line feed in the subject', { subject: 'Hello\nBcc: eve@example.com' }],
  ['a null in the subject', { subject: 'Hello\0' }],
  ['a header in the address', { to: 'grace@example.com\r\nBcc: eve@example.com' }],
  ['a command in the address', { to: 'grace@example.com>\r\nRCPT TO:<eve@example.com' }],
  ['two addresses', { to: 'grace@example.com, eve@example.com' }],
  ['a name with an address', { to: 'Grace <grace@example.com>' }],
  ['a group', { to: 'all:grace@example.com;' }],
  ['no address', { to: '' }],
];

describe.each([
  ['SMTP', (port: number) => openAt(`smtp://127.0.0.1:${port}`)],
  ['memory', openMemoryMailer],
])('The mailer by %s', (_name, open) => {
  test.each(hostile)('refuses %s', async (_what, change) => {
    await using server = await openMailServer();
    await using mailer = open(server.port);
    await expect(mailer.send({ ...mail, ...change })).rejects.toMatchObject({ code: 'mail_refused', retryable: false });
    expect(server.connections).toBe(0);
  });

  test('takes no mail once it is closed, and may be closed again', async () => {
    await using server = await openMailServer();
    await using mailer = open(server.port);
    await mailer.send(mail);
    await mailer.close();
    await mailer.close();
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable' });
  });
});

describe('A mail server that', () => {
  test('is away makes the mail one for later', async () => {
    const { port } = await openMailServer().then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    await using mailer = openAt(`smtp://127.0.0.1:${port}`);
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable', retryable: true });
  });

  test.each([
    ['says nothing', (_socket: Socket) => {}],
    ['greets and then answers a little at a time, for ever', trickle],
  ])('%s is given up after the deadline, by every mail that waits', async (_what, behave) => {
    await using server = await openRawServer(behave);
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`, { deadlineMs: 200 });
    const mails = Array.from({ length: 8 }, () => mailer.send(mail));
    for (const result of await Promise.allSettled(mails)) {
      expect(result).toMatchObject({ reason: { code: 'mail_unavailable', retryable: true } });
    }
  });

  test('hangs up on everybody makes the mail one for later', async () => {
    await using server = await openRawServer((socket) => socket.destroy());
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable' });
  });

  test.each([
    [550, 'mail_refused'],
    [451, 'mail_unavailable'],
    [530, 'mail_unavailable'],
  ])('answers %d to the person makes it %s, with its reason for the log', async (responseCode, code) => {
    await using server = await openMailServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('We know no Grace'), { responseCode })),
    });
    await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
    const reason = expect.stringContaining('We know no Grace') as string;
    await expect(mailer.send(mail)).rejects.toMatchObject({ code, cause: { responseCode, message: reason } });
  });

  test('offers no STARTTLS where it is required hears nothing of the mail and no password', async () => {
    let hasHeard = false;
    const heard = (_given: unknown, _session: unknown, done: (error?: Error | null) => void) => {
      hasHeard = true;
      done();
    };
    await using server = await openMailServer({
      ...withSignIn,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: heard,
      onMailFrom: heard,
    });
    await using mailer = openAt(`smtp://${credentials}@127.0.0.1:${server.port}?requireTLS=true`);
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable' });
    expect(hasHeard).toBe(false);
  });

  test.each(['smtp', 'smtps'])(
    'shows by %s a certificate that nobody signed gets no mail where it must be verified',
    async (protocol) => {
      await using server = await openMailServer({ secure: protocol === 'smtps' });
      const flags = 'requireTLS=true&tls.rejectUnauthorized=true';
      await using mailer = openAt(`${protocol}://127.0.0.1:${server.port}?${flags}`);
      await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'mail_unavailable' });
      expect(server.received).toEqual([]);
    },
  );
});

test('The password of the mail server is in no error and no log line, even if the server repeats it', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const wrong = 'swordfish=%/&';
  await using server = await openMailServer({
    ...withSignIn,
    authMethods: ['PLAIN'],
    onAuth({ username, password: given }, _session, done) {
      const token = Buffer.from(`\0${username}\0${given}`).toString('base64');
      done(Object.assign(new Error(`AUTH PLAIN ${token} means ${given}, no`), { responseCode: 535 }));
    },
  });
  const SMTP_URL = `smtp://darkroom:${encodeURIComponent(wrong)}@127.0.0.1:${server.port}`;
  await using mailer = openMailer({ SMTP_URL, MAIL_FROM: 'Darkroom <darkroom@localhost>' }, log);
  const error = await mailer?.send(mail).catch((thrown: unknown) => thrown);
  log.error({ err: error }, 'a mail was not sent');
  expect(error).toMatchObject({ code: 'mail_unavailable', message: expect.stringContaining('SMTP_URL') as string });
  const logged = lines.join('');
  expect(logged).toContain('AUTH PLAIN (hidden) means (hidden), no');
  for (const secret of [wrong, encodeURIComponent(wrong), Buffer.from(`\0darkroom\0${wrong}`).toString('base64')]) {
    expect(logged).not.toContain(secret);
    expect(String((error as Error).stack)).not.toContain(secret);
  }
});

test('Mails at hand are let go before the mailer closes', async () => {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await using server = await openMailServer({
    async onMailFrom(_address, _session, done) {
      arrived.resolve();
      await released.promise;
      done();
    },
  });
  await using mailer = openAt(`smtp://127.0.0.1:${server.port}`);
  const sending = mailer.send(mail);
  await arrived.promise;
  const closing = mailer.close();
  released.resolve();
  await sending;
  await closing;
  expect(server.received).toHaveLength(1);
});

test('No mail is sent where no server is set', () => {
  expect(openMailer({ SMTP_URL: undefined, MAIL_FROM: 'darkroom@localhost' }, silent)).toBeNull();
});

test.each(['', 'Darkroom', 'a@example.com, b@example.com', 'Darkroom <a@example.com>\r\nBcc: b@example.com'])(
  'Mail from %j is refused at the start',
  (MAIL_FROM) => {
    const open = () => openMailer({ SMTP_URL: 'smtp://localhost', MAIL_FROM }, silent);
    expect(open).toThrow(expect.objectContaining({ code: 'invalid_config' }));
  },
);

function trickle(socket: Socket): void {
  socket.write('220 mail.example ESMTP\r\n');
  const timer = setInterval(() => socket.write('2'), 10);
  socket.on('close', () => clearInterval(timer));
}

async function openRawServer(behave: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    behave(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
