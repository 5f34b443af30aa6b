import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { must } from '#core/domain/testing/must.ts';
import { openHouse, postJson, signIn, type House } from '#server/fixtures/house.ts';
import { connect } from '#server/live-fixtures.ts';

const admin = { email: 'admin@example.com', password: 'correct horse' };
let house: House;
let asAdmin: Record<string, string>;

beforeEach(async () => {
  house = await openHouse({ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  asAdmin = await signIn(house.url, admin.email, admin.password);
});
afterEach(() => house[Symbol.asyncDispose]());

async function send(method: string, path: string, body?: object, headers = asAdmin) {
  const json = body && { 'content-type': 'application/json' };
  const sent = body && JSON.stringify(body);
  const response = await fetch(house.url + path, {
    method,
    headers: { ...headers, ...json },
    ...(sent && { body: sent }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

const anna = { email: 'anna@example.com', name: 'Anna', role: 'uploader', password: 'long enough' };
const addAnna = async () => (await send('POST', '/api/v1/people', anna)).body.id as string;

test('a person with a password signs in; one without is invited, chooses one and signs in', async () => {
  const added = await send('POST', '/api/v1/people', anna);
  expect(added).toMatchObject({ status: 201, body: { email: anna.email, status: 'active', invitation: null } });
  await signIn(house.url, anna.email, anna.password);

  const { body } = await send('POST', '/api/v1/people', { email: 'Ben@Example.com', name: 'Ben', role: 'viewer' });
  expect(body).toMatchObject({ email: 'ben@example.com', status: 'invited', invitation: { sent: true } });
  const token = new URL(body.invitation.url).searchParams.get('token');
  expect(house.mailer.sent.at(-1)).toMatchObject({
    to: 'ben@example.com',
    text: expect.stringContaining(`token=${token}`),
  });
  const chosen = await postJson(`${house.url}/api/auth/reset-password`, { token, newPassword: 'ben’s password' });
  expect(chosen.status).toBe(200);
  await signIn(house.url, 'ben@example.com', 'ben’s password');
  const { body: page } = await send('GET', '/api/v1/people?q=BEN');
  expect(page.items).toMatchObject([{ status: 'active', role: 'viewer', last_seen_at: expect.any(String) }]);
});

test('an email is one person’s, also when two admins add them at once', async () => {
  const both = await Promise.all([send('POST', '/api/v1/people', anna), send('POST', '/api/v1/people', anna)]);
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
  expect(both.find(({ status }) => status === 409)?.body.code).toBe('email_taken');
});

test('people come by email, page by page, and are found by a part of name or email', async () => {
  for (const name of ['carl', 'dora', 'emil']) {
    await send('POST', '/api/v1/people', { email: `${name}@example.com`, name, role: 'viewer' });
  }
  const first = (await send('GET', '/api/v1/people?limit=2')).body;
  const second = (await send('GET', `/api/v1/people?limit=2&cursor=${first.next_cursor}`)).body;
  const emails = [...first.items, ...second.items].map(({ email }: { email: string }) => email.split('@')[0]);
  expect(emails).toEqual(['admin', 'carl', 'dora', 'emil']);
  expect(second.next_cursor).toBeNull();
  expect((await send('GET', '/api/v1/people?q=or')).body.items).toHaveLength(1);
  expect((await send('GET', '/api/v1/people?q=%25')).body.items).toHaveLength(0);
  expect((await send('GET', '/api/v1/people?cursor=%21')).body.code).toBe('invalid_cursor');
});

test.each([
  ['disabling', { disabled: true }],
  ['another role', { role: 'operator' }],
])('%s ends sessions, keys and open sockets within a second', async (_what, change) => {
  const id = await addAnna();
  const session = await signIn(house.url, anna.email, anna.password);
  const { key } = (await send('POST', '/api/v1/keys', { name: 'script', scopes: ['read'] }, session)).body;
  const sockets = await Promise.all(
    [session, { 'x-api-key': key as string }].map((extraHeaders) => connect(house.url, { extraHeaders })),
  );
  const told: string[] = [];
  for (const socket of sockets) socket.on('signed-out', () => told.push('signed-out'));

  const from = performance.now();
  expect((await send('PATCH', `/api/v1/people/${id}`, change)).status).toBe(200);
  for (const headers of [session, { authorization: `Bearer ${key}` }]) {
    expect((await send('GET', '/api/v1/me', undefined, headers)).status).toBe(401);
  }
  await vi.waitFor(() => expect(sockets.map(({ connected }) => connected)).toEqual([false, false]), { interval: 5 });
  expect(performance.now() - from).toBeLessThan(1000);
  expect(told).toEqual(['signed-out', 'signed-out']);
});

test('an admin signs somebody out everywhere, and they come back by their password', async () => {
  const id = await addAnna();
  const session = await signIn(house.url, anna.email, anna.password);
  const { key } = (await send('POST', '/api/v1/keys', { name: 'lost' }, session)).body;
  expect((await send('DELETE', `/api/v1/people/${id}/sessions`)).status).toBe(204);
  for (const headers of [session, { 'x-api-key': key as string }]) {
    expect((await send('GET', '/api/v1/me', undefined, headers)).status).toBe(401);
  }
  await signIn(house.url, anna.email, anna.password);
  expect((await send('DELETE', '/api/v1/people/nobody/sessions')).status).toBe(404);
});

test('who is disabled is told so only with the right password, and comes back when enabled', async () => {
  const id = await addAnna();
  await send('PATCH', `/api/v1/people/${id}`, { disabled: true });
  const right = await postJson(`${house.url}/api/auth/sign-in/email`, anna);
  expect([right.status, (await right.json()).code]).toEqual([403, 'forbidden']);
  const wrong = await postJson(`${house.url}/api/auth/sign-in/email`, { ...anna, password: 'a guess here' });
  expect(wrong.status).toBe(401);
  await send('PATCH', `/api/v1/people/${id}`, { disabled: false });
  await signIn(house.url, anna.email, anna.password);
});

test('there is always an admin: the last one can be neither demoted, disabled nor removed, not even by two at once', async () => {
  const self = (await send('GET', '/api/v1/me')).body.id as string;
  for (const [method, change] of [
    ['PATCH', { role: 'viewer' }],
    ['PATCH', { disabled: true }],
    ['DELETE', undefined],
  ] as const) {
    expect((await send(method, `/api/v1/people/${self}`, change)).body.code).toBe('last_admin');
  }
  const other = await send('POST', '/api/v1/people', { ...anna, role: 'admin' });
  const asAnna = await signIn(house.url, anna.email, anna.password);
  const race = await Promise.all([
    send('PATCH', `/api/v1/people/${self}`, { role: 'viewer' }, asAnna),
    send('PATCH', `/api/v1/people/${other.body.id}`, { role: 'viewer' }),
  ]);
  expect(race.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('an invited admin who never came does not count as one', async () => {
  const self = (await send('GET', '/api/v1/me')).body.id as string;
  await send('POST', '/api/v1/people', { email: 'late@example.com', name: 'Late', role: 'admin' });
  expect((await send('PATCH', `/api/v1/people/${self}`, { role: 'viewer' })).body.code).toBe('last_admin');
});

test('who is removed is gone with sessions and keys, and the email is free again', async () => {
  const id = await addAnna();
  const session = await signIn(house.url, anna.email, anna.password);
  expect((await send('DELETE', `/api/v1/people/${id}`)).status).toBe(204);
  expect((await send('GET', '/api/v1/me', undefined, session)).status).toBe(401);
  expect((await send('DELETE', `/api/v1/people/${id}`)).status).toBe(404);
  await addAnna();
});

test('a link for a password ends with the next one, with a choice by another, with a change, and with being disabled', async () => {
  const { body } = await send('POST', '/api/v1/people', { email: 'ben@example.com', name: 'Ben', role: 'viewer' });
  const tokenOf = (url: string) => new URL(url).searchParams.get('token');
  const renew = async () => tokenOf((await send('POST', `/api/v1/people/${body.id}/invitation`)).body.url);
  const choose = async (token: string | null, newPassword: string) =>
    (await postJson(`${house.url}/api/auth/reset-password`, { token, newPassword })).status;
  const first = tokenOf(body.invitation.url);
  const second = await renew();
  expect(await choose(first, 'by the first')).toBe(400);
  await postJson(`${house.url}/api/auth/request-password-reset`, { email: 'ben@example.com' });
  const byMail = must(/token=(\S+)/.exec(must(house.mailer.sent.at(-1)).text)?.[1]);
  expect(await choose(second, 'by the second')).toBe(200);
  expect(await choose(byMail, 'by the mail')).toBe(400);
  const third = await renew();
  const session = await signIn(house.url, 'ben@example.com', 'by the second');
  const change = { currentPassword: 'by the second', newPassword: 'by a change' };
  expect((await postJson(`${house.url}/api/auth/change-password`, change, session)).status).toBe(200);
  expect(await choose(third, 'by the third')).toBe(400);
  const fourth = await renew();
  await send('PATCH', `/api/v1/people/${body.id}`, { disabled: true });
  await send('PATCH', `/api/v1/people/${body.id}`, { disabled: false });
  expect(await choose(fourth, 'by the fourth')).toBe(400);
});

test('a new link is made for who lost theirs, and not for who is disabled', async () => {
  const { body } = await send('POST', '/api/v1/people', { email: 'ben@example.com', name: 'Ben', role: 'viewer' });
  const link = await send('POST', `/api/v1/people/${body.id}/invitation`);
  expect(link).toMatchObject({ status: 200, body: { url: expect.stringContaining('token='), sent: true } });
  await send('PATCH', `/api/v1/people/${body.id}`, { disabled: true });
  expect((await send('POST', `/api/v1/people/${body.id}/invitation`)).body.code).toBe('conflict');
});

test.each([
  ['a role there is not', { ...anna, role: 'owner' }],
  ['a short password', { ...anna, password: 'short' }],
  ['an endless password', { ...anna, password: 'x'.repeat(129) }],
  ['an email that is none', { ...anna, email: 'anna' }],
  ['no name', { ...anna, name: '  ' }],
  ['a field there is not', { ...anna, id: 'x' }],
])('%s is refused', async (_what, body) => {
  expect(await send('POST', '/api/v1/people', body)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
});

test('sessions are listed and ended one by one or all but this, each by its owner alone', async () => {
  await addAnna();
  const here = await signIn(house.url, anna.email, anna.password);
  const there = await signIn(house.url, anna.email, anna.password);
  const { items } = (await send('GET', '/api/v1/sessions', undefined, here)).body;
  expect(items).toHaveLength(2);
  expect(JSON.stringify(items)).not.toContain(must(here.cookie?.split('=')[1]?.split('.')[0]));
  const other = items.find(({ current }: { current: boolean }) => !current).id;
  expect((await send('DELETE', `/api/v1/sessions/${other}`)).status).toBe(404);
  expect((await send('DELETE', `/api/v1/sessions/${other}`, undefined, here)).status).toBe(204);
  expect((await send('GET', '/api/v1/me', undefined, there)).status).toBe(401);
  await signIn(house.url, anna.email, anna.password);
  expect((await send('DELETE', '/api/v1/sessions', undefined, here)).status).toBe(204);
  expect((await send('GET', '/api/v1/sessions', undefined, here)).body.items).toMatchObject([{ current: true }]);
});

test('a key is shown once, kept as a hash, does what its scopes say, notes its use, and ends when revoked', async () => {
  await addAnna();
  const session = await signIn(house.url, anna.email, anna.password);
  const made = await send('POST', '/api/v1/keys', { name: 'script', scopes: ['read', 'read'] }, session);
  expect(made).toMatchObject({ status: 201, body: { scopes: ['read'], key: expect.stringMatching(/^dk_/) } });
  const { id, key, prefix } = made.body;
  expect(key.startsWith(prefix)).toBe(true);
  const kept = await house.services.database.read((db) => db.selectFrom('api_keys').selectAll().execute());
  expect(JSON.stringify(kept)).not.toContain(key);

  const withKey = { 'x-api-key': key };
  expect((await send('GET', '/api/v1/tasks', undefined, withKey)).status).toBe(200);
  expect((await send('DELETE', `/api/v1/images/${crypto.randomUUID()}`, undefined, withKey)).status).toBe(403);
  expect((await send('GET', '/api/v1/keys', undefined, withKey)).status).toBe(403);
  await vi.waitFor(async () => {
    const { items } = (await send('GET', '/api/v1/keys', undefined, session)).body;
    expect(items).toMatchObject([{ id, last_used_at: expect.any(String) }]);
    expect(JSON.stringify(items)).not.toContain(key);
  });
  expect((await send('DELETE', `/api/v1/keys/${id}`)).status).toBe(404);
  expect((await send('DELETE', `/api/v1/keys/${id}`, undefined, session)).status).toBe(204);
  expect((await send('GET', '/api/v1/tasks', undefined, withKey)).status).toBe(401);
});

test('a key can neither do more than its owner nor outlive its time, and a wrong key is not helped by a good cookie', async () => {
  await addAnna();
  const session = await signIn(house.url, anna.email, anna.password);
  const beyond = await send('POST', '/api/v1/keys', { name: 'x', scopes: ['operate'] }, session);
  expect(beyond).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  const usual = await send('POST', '/api/v1/keys', { name: 'x' }, session);
  expect(usual).toMatchObject({ status: 201, body: { scopes: ['read', 'upload'] } });
  const past = { name: 'x', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' };
  expect((await send('POST', '/api/v1/keys', past, session)).status).toBe(400);
  const wrongs: Record<string, string>[] = [
    { authorization: 'Bearer dk_x' },
    { authorization: 'Basic YTpi' },
    { 'x-api-key': '' },
  ];
  for (const wrong of wrongs) {
    expect((await send('GET', '/api/v1/me', undefined, { ...session, ...wrong })).status).toBe(401);
  }
});
