import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openMemoryMailer } from '#core/mail/memory.ts';
import { must } from '#core/domain/testing/must.ts';
import { buildApp } from '../app.ts';
import { postJson } from '../fixtures/house.ts';
import { openTestServices } from '../fixtures/services.ts';
import { openAccounts } from './accounts.ts';

const admin = { email: 'admin@example.com', password: 'correct horse' };

test('the log says who signed in and who reset their password, and nothing by which another could', async () => {
  await using services = await openTestServices({ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  await using mailer = openMemoryMailer();
  const lines: string[] = [];
  const logged = { ...services, log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }) };
  const accounts = await openAccounts(logged, { url: () => 'http://localhost', mailer });
  await accounts.makeFirstAdmin();
  const app = await buildApp(logged, { identify: accounts.identify, accounts });
  try {
    const url = await app.listen();
    const post = (path: string, body: object) => postJson(`${url}/api/auth/${path}`, body);
    const signedIn = await post('sign-in/email', admin);
    const { user, token: session } = (await signedIn.json()) as { user: { id: string }; token: string };
    await post('request-password-reset', { email: admin.email });
    const token = must(/token=(\S+)/.exec(must(mailer.sent[0]).text)?.[1]);
    expect((await post('reset-password', { token, newPassword: 'another horse' })).status).toBe(200);

    const events = lines.map((line) => JSON.parse(line) as { event?: string });
    expect(events).toContainEqual(expect.objectContaining({ event: 'signed_in', user: user.id, address: '127.0.0.1' }));
    expect(events).toContainEqual(expect.objectContaining({ event: 'password_reset', user: user.id }));
    for (const secret of [session, token, admin.password, 'another horse']) expect(lines.join()).not.toContain(secret);
  } finally {
    accounts.stop();
    await app.close();
  }
});
