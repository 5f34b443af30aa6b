import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { must } from '#core/domain/testing/must.ts';
import { openHouse, postJson, signIn, type House } from '#server/fixtures/house.ts';

const admin = { email: 'admin@example.com', password: 'correct horse' };
const settings = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
let house: House;

beforeEach(async () => {
  house = await openHouse(settings);
});
afterEach(() => house[Symbol.asyncDispose]());

const me = async (headers: Record<string, string>) => {
  const response = await fetch(`${house.url}/api/v1/me`, { headers });
  return { status: response.status, body: await response.json() };
};

test('the first admin is made of the settings, once, and signs in', async () => {
  await house.accounts.makeFirstAdmin();
  const session = await signIn(house.url, ' Admin@Example.com '.trim(), admin.password);
  expect(await me(session)).toMatchObject({ status: 200, body: { email: admin.email, role: 'admin' } });
});

test('the cookie is the browser’s alone, and is not sent along by other sites', async () => {
  const response = await postJson(`${house.url}/api/auth/sign-in/email`, admin);
  const [cookie = ''] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^darkroom\.session_token=/);
  for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute);
  expect(cookie).not.toContain('Domain');
});

test('behind TLS the cookie is bound to this host and to TLS', async () => {
  await using secure = await openHouse({ ...settings, PUBLIC_URL: 'https://darkroom.example' });
  const response = await postJson(`${secure.url}/api/auth/sign-in/email`, admin);
  const [cookie = ''] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-darkroom\.session_token=.*; Path=\/.*; Secure/);
  const session = { cookie: must(cookie.split(';', 1)[0]) };
  expect((await fetch(`${secure.url}/api/v1/me`, { headers: session })).status).toBe(200);
});

test('who signs in again gets another session: what was in the cookie before is worth nothing', async () => {
  const planted = { cookie: 'darkroom.session_token=planted.by-somebody' };
  const response = await postJson(`${house.url}/api/auth/sign-in/email`, admin, planted);
  const cookie = response.headers.getSetCookie().join();
  expect(cookie).toContain('darkroom.session_token=');
  expect(cookie).not.toContain('planted');
  expect((await me(planted)).status).toBe(401);
});

test.each([
  ['a wrong password', { ...admin, password: 'wrong horse' }],
  ['somebody who is not here', { ...admin, email: 'nobody@example.com' }],
  ['an email that is none', { ...admin, email: 'nobody' }],
])('%s is refused in the same words', async (_what, credentials) => {
  const response = await postJson(`${house.url}/api/auth/sign-in/email`, credentials);
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    type: 'urn:darkroom:problem:invalid_credentials',
    title: expect.any(String),
    status: 401,
    code: 'invalid_credentials',
    detail: 'The email or the password is wrong.',
  });
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('a cookie whose token was changed lets nobody in', async () => {
  const { cookie = '' } = await signIn(house.url, admin.email, admin.password);
  const [name, value = ''] = cookie.split('=');
  const forged = [
    `${name}=x${value}`,
    `${name}=${value.split('.')[0]}`,
    `${name}=${value.split('.')[0]}.AAAA`,
    `${name}=`,
  ];
  for (const each of forged) expect((await me({ cookie: each })).status).toBe(401);
});

test('nobody can sign up, and what is not offered of the library is not there', async () => {
  const stranger = { email: 'x@example.com', password: 'long enough', name: 'X', role: 'admin' };
  for (const path of [
    'sign-up/email',
    'update-user',
    'delete-user',
    'change-email',
    'set-password',
    'admin/create-user',
  ]) {
    const response = await postJson(
      `${house.url}/api/auth/${path}`,
      stranger,
      await signIn(house.url, admin.email, admin.password),
    );
    expect([path, response.status]).toEqual([path, 404]);
  }
});

test('who signs in again goes on in a new session, and the one before ends', async () => {
  const before = await signIn(house.url, admin.email, admin.password);
  const elsewhere = await signIn(house.url, admin.email, admin.password);
  expect((await postJson(`${house.url}/api/auth/sign-in/email`, admin, before)).status).toBe(200);
  expect((await me(before)).status).toBe(401);
  expect((await me(elsewhere)).status).toBe(200);
});

test('a session ends when it has not been used for so long, and whatever its use, thirty days after it began', async () => {
  const day = 24 * 3_600_000;
  const ago = (days: number) => new Date(Date.now() - days * day).toISOString();
  const { database } = house.services;
  const set = (values: { created_at?: string; expires_at?: string }) =>
    database.write((trx) => trx.updateTable('sessions').set(values).execute());
  const session = await signIn(house.url, admin.email, admin.password);
  await set({ created_at: ago(29.9) });
  expect((await me(session)).status).toBe(200);
  await set({ created_at: ago(30.1) });
  expect((await me(session)).status).toBe(401);
  await set({ created_at: ago(1), expires_at: ago(0.001) });
  expect((await me(session)).status).toBe(401);
});

test('signing out ends the session', async () => {
  const session = await signIn(house.url, admin.email, admin.password);
  expect((await postJson(`${house.url}/api/auth/sign-out`, {}, session)).status).toBe(200);
  expect((await me(session)).status).toBe(401);
});

test('a new password asks for the present one, and can end all other sessions', async () => {
  const here = await signIn(house.url, admin.email, admin.password);
  const elsewhere = await signIn(house.url, admin.email, admin.password);
  const change = (currentPassword: string) =>
    postJson(
      `${house.url}/api/auth/change-password`,
      { currentPassword, newPassword: 'another horse', revokeOtherSessions: true },
      here,
    );
  const refused = await change('wrong horse');
  expect([refused.status, (await refused.json()).code]).toEqual([400, 'wrong_password']);
  const changed = await change(admin.password);
  expect(changed.status).toBe(200);
  expect((await me(elsewhere)).status).toBe(401);
  await expect(signIn(house.url, admin.email, admin.password)).rejects.toThrow('401');
  await signIn(house.url, admin.email, 'another horse');
});

test('a forgotten password is reset by mail, once, and ends every session; who is not here gets no mail and the same answer', async () => {
  const session = await signIn(house.url, admin.email, admin.password);
  const { key } = await (await postJson(`${house.url}/api/v1/keys`, { name: 'x' }, session)).json();
  const ask = async (email: string) => {
    const response = await postJson(`${house.url}/api/auth/request-password-reset`, { email });
    return { status: response.status, body: await response.text() };
  };
  expect(await ask('nobody@example.com')).toEqual(await ask(admin.email));
  expect(house.mailer.sent).toHaveLength(1);
  const { to, text } = must(house.mailer.sent[0]);
  expect(to).toBe(admin.email);
  const token = must(/reset-password\?token=(\S+)/.exec(text)?.[1]);
  expect(text).toContain(`${house.url}/reset-password?token=`);
  const reset = async () => {
    const response = await postJson(`${house.url}/api/auth/reset-password`, { token, newPassword: 'third horse' });
    return response.status;
  };
  const kept = await house.services.database.read((db) => db.selectFrom('verifications').selectAll().execute());
  expect(JSON.stringify(kept)).not.toContain(token);
  expect(await reset()).toBe(200);
  expect(await reset()).toBe(400);
  expect((await me(session)).status).toBe(401);
  expect((await me({ 'x-api-key': key })).status).toBe(401);
  await signIn(house.url, admin.email, 'third horse');
});

test('a link for a new password leads to this server, whatever host was asked for', async () => {
  await using elsewhere = await openHouse({ ...settings, PUBLIC_URL: 'https://darkroom.example' });
  await postJson(`${elsewhere.url}/api/auth/request-password-reset`, { email: admin.email, redirectTo: '/x' });
  expect(elsewhere.mailer.sent[0]?.text).toContain('https://darkroom.example/reset-password?token=');
});

test('after so many wrong passwords even the right one has to wait', async () => {
  await using strict = await openHouse({ ...settings, RATE_LIMIT_SIGN_INS: '3' });
  for (let n = 0; n < 3; n += 1)
    await postJson(`${strict.url}/api/auth/sign-in/email`, { ...admin, password: 'wrong' });
  const response = await postJson(`${strict.url}/api/auth/sign-in/email`, admin);
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ code: 'rate_limited' });
});

test('one network begins so many single sign-ons in a minute, and signs in by password all the same', async () => {
  await using strict = await openHouse({ ...settings, RATE_LIMIT_SIGN_INS: '1' });
  const begin = () => postJson(`${strict.url}/api/auth/sign-in/social`, { provider: 'oidc' });
  for (let n = 0; n < 6; n += 1) expect((await begin()).status).not.toBe(429);
  expect((await begin()).status).toBe(429);
  await signIn(strict.url, admin.email, admin.password);
});

test('nobody is told by mail without end', async () => {
  await using strict = await openHouse({ ...settings, RATE_LIMIT_SIGN_INS: '3' });
  const answers = [];
  for (let n = 0; n < 4; n += 1) {
    answers.push((await postJson(`${strict.url}/api/auth/request-password-reset`, { email: admin.email })).status);
  }
  expect(answers).toEqual([200, 200, 200, 429]);
  expect(strict.mailer.sent).toHaveLength(3);
});

test('the first admin is made by a link while nobody is here: once, and by nobody else', async () => {
  await using empty = await openHouse();
  const link = new URL(must(await empty.accounts.offerSetUp()));
  const token = must(link.searchParams.get('token'));
  const person = { email: 'first@example.com', name: 'First', password: 'long enough' };
  const setUp = async (body: object) => {
    const response = await postJson(`${empty.url}/api/v1/set-up`, body);
    return [response.status, (await response.json()).code];
  };
  expect(await setUp({ ...person, token: 'guess' })).toEqual([400, 'invalid_token']);
  expect(await setUp({ ...person, token, password: 'short' })).toEqual([400, 'bad_request']);
  const race = await Promise.all([
    setUp({ ...person, token }),
    setUp({ ...person, token, email: 'second@example.com' }),
  ]);
  expect(race.filter(([status]) => status === 201)).toHaveLength(1);
  expect((await setUp({ ...person, token, email: 'third@example.com' }))[0]).toBe(400);
  expect(await empty.accounts.offerSetUp()).toBeNull();
  const people = await empty.services.database.read((db) => db.selectFrom('users').select('role').execute());
  expect(people).toEqual([{ role: 'admin' }]);
});

test('of two links for setting up, as two servers print them, one makes an admin', async () => {
  await using empty = await openHouse();
  const links = [await empty.accounts.offerSetUp(), await empty.accounts.offerSetUp()];
  const race = await Promise.all(
    links.map((link, n) => {
      const token = must(new URL(must(link)).searchParams.get('token'));
      return postJson(`${empty.url}/api/v1/set-up`, {
        token,
        email: `${n}@example.com`,
        name: 'x',
        password: 'long enough',
      });
    }),
  );
  expect(race.filter(({ status }) => status === 201)).toHaveLength(1);
  const people = await empty.services.database.read((db) => db.selectFrom('users').select('role').execute());
  expect(people).toHaveLength(1);
});

test('a link for setting up is worth nothing once there is an admin, and is offered while only others are here', async () => {
  await using empty = await openHouse();
  await empty.add('newcomer', 'uploader');
  const token = must(new URL(must(await empty.accounts.offerSetUp())).searchParams.get('token'));
  await empty.add('boss', 'admin');
  const person = { token, email: 'first@example.com', name: 'First', password: 'long enough' };
  const late = await postJson(`${empty.url}/api/v1/set-up`, person);
  expect([late.status, (await late.json()).code]).toEqual([409, 'conflict']);
});

test('who came by the single sign-on before becomes the admin that the settings name', async () => {
  await using house = await openHouse(settings);
  const { database } = house.services;
  await database.write((trx) => trx.updateTable('users').set({ role: 'uploader' }).execute());
  await house.accounts.makeFirstAdmin();
  expect(await database.read((db) => db.selectFrom('users').select('role').execute())).toEqual([{ role: 'admin' }]);
  await database.write((trx) => trx.updateTable('users').set({ role: 'uploader', email_verified: 0 }).execute());
  await expect(house.accounts.makeFirstAdmin()).rejects.toMatchObject({ code: 'invalid_config' });
});

test('a session that was being made while its person was disabled lets nobody in', async () => {
  const session = await signIn(house.url, admin.email, admin.password);
  const { database } = house.services;
  await database.write((trx) => trx.updateTable('users').set({ disabled_at: new Date().toISOString() }).execute());
  expect((await me(session)).status).toBe(401);
});

test('the secret of the cookies is made once, for its owner alone', async () => {
  const path = join(house.services.config.DATA_DIR, 'auth-secret');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readFile(path, 'utf8')).length).toBeGreaterThanOrEqual(48);
});
