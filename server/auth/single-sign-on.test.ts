import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changePerson } from '#core/database/people.ts';
import { must } from '#core/domain/testing/must.ts';
import { openHouse, signIn, type House } from '#server/fixtures/house.ts';
import { openOpenIdProvider, type Claims, type OpenIdProvider } from '#server/fixtures/openid-provider.ts';
import { Visitor } from '#server/fixtures/visitor.ts';

const grace: Claims = { sub: 'grace-1', email: 'grace@example.com', email_verified: true, name: 'Grace Hopper' };
const callbackPath = '/api/auth/callback/oidc';
const admin = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse' };

let provider: OpenIdProvider;
let house: House;

beforeEach(async () => {
  provider = await openOpenIdProvider({ ...grace });
  house = await openHouse({ ...provider.settings, ...admin, OIDC_ROLE: 'viewer' });
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

function ask(visitor: Visitor, body: object, at = house): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return visitor.fetch(`${at.url}/api/auth/sign-in/social`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Where the browser is sent to sign on. */
async function begin(visitor: Visitor): Promise<URL> {
  const answer = await ask(visitor, { provider: 'oidc', callbackURL: '/overview' });
  expect(answer.status).toBe(200);
  return new URL(((await answer.json()) as { url: string }).url);
}

/** Signs on at the provider, and resolves to the address by which it sends the browser back. */
async function signOn(visitor: Visitor, change = (_asked: URL) => {}): Promise<URL> {
  const asked = await begin(visitor);
  change(asked);
  return visitor.follow(asked.href, ({ pathname }) => pathname === callbackPath);
}

/** Comes back and resolves to where that leads. */
async function comeBack(visitor: Visitor, to: URL): Promise<string> {
  const answer = await visitor.fetch(to.href);
  expect(answer.status).toBe(302);
  return must(answer.headers.get('location'));
}

const me = async (visitor: Visitor) => {
  const answer = await visitor.fetch(`${house.url}/api/v1/me`);
  return { status: answer.status, body: (await answer.json()) as { id: string } };
};

const people = () =>
  house.services.database.read((db) =>
    db.selectFrom('users').selectAll().where('email', '!=', admin.ADMIN_EMAIL).execute(),
  );
const sessions = () => house.services.database.read((db) => db.selectFrom('sessions').select('id').execute());

/** The browser is at the page for signing in, with a reason; nobody is signed in and nobody was made. */
async function expectRefused(visitor: Visitor, location: string, reason: RegExp): Promise<void> {
  const { origin, pathname, searchParams } = new URL(location, house.url);
  expect(origin + pathname).toBe(`${house.url}/sign-in`);
  expect(searchParams.get('error')).toMatch(reason);
  expect((await me(visitor)).status).toBe(401);
  expect(await sessions()).toEqual([]);
}

describe('Somebody who signs on', () => {
  test('for the first time becomes a person with the role of the settings, and the same person ever after', async () => {
    provider.person.role = 'admin';
    const [first, again] = [new Visitor(), new Visitor()];
    expect(await comeBack(first, await signOn(first))).toBe('/overview');
    const { status, body } = await me(first);
    expect(status).toBe(200);
    expect(body).toMatchObject({ email: grace.email, name: grace.name, role: 'viewer' });

    provider.person = { ...grace, email: 'hopper@example.com' };
    expect(await comeBack(again, await signOn(again))).toBe('/overview');
    expect((await me(again)).body.id).toBe(body.id);
    expect(await people()).toHaveLength(1);
  });

  test('with the verified email of a person who is here is that person', async () => {
    await house.add('grace', 'operator');
    const visitor = new Visitor();
    provider.person.email = 'Grace@Example.com';
    expect(await comeBack(visitor, await signOn(visitor))).toBe('/overview');
    expect((await me(visitor)).body).toMatchObject({ id: 'grace', role: 'operator' });
    expect(await people()).toHaveLength(1);
  });

  test.each([false, undefined, 'false'])(
    'with the email of another, verified: %j, is nobody',
    async (email_verified) => {
      await house.add('grace', 'admin');
      const visitor = new Visitor();
      Object.assign(provider.person, { email_verified });
      await expectRefused(visitor, await comeBack(visitor, await signOn(visitor)), /account_not_linked/);
      expect(await people()).toHaveLength(1);
    },
  );

  test('with an email that nobody verified does not become who comes later with the same, verified', async () => {
    const [squatter, owner] = [new Visitor(), new Visitor()];
    provider.person = { ...grace, sub: 'eve-1', email_verified: false };
    await comeBack(squatter, await signOn(squatter));
    provider.person = { ...grace };
    const location = await comeBack(owner, await signOn(owner));
    expect(location).toContain('error=account_not_linked');
    expect((await me(owner)).status).toBe(401);
  });

  test('while signed in goes on in the new session, and the one before ends', async () => {
    const visitor = new Visitor();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ email: admin.ADMIN_EMAIL, password: admin.ADMIN_PASSWORD });
    await visitor.fetch(`${house.url}/api/auth/sign-in/email`, { method: 'POST', headers, body });
    const before = await sessions();
    expect(before).toHaveLength(1);
    await comeBack(visitor, await signOn(visitor));
    expect((await me(visitor)).body).toMatchObject({ email: grace.email });
    const after = await sessions();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test('is sent to the provider as the settings say, whatever token or scope they bring', async () => {
    const brought = { idToken: { token: 'a.b.c' }, scopes: ['everything'], additionalParams: { prompt: 'none' } };
    const answer = await ask(new Visitor(), { provider: 'oidc', callbackURL: '/', ...brought });
    expect(answer.status).toBe(200);
    const { searchParams } = new URL(((await answer.json()) as { url: string }).url);
    expect(searchParams.get('scope')).toBe('openid email profile');
    expect(searchParams.has('prompt')).toBe(false);
    expect(searchParams.has('nonce')).toBe(true);
  });

  test('and is disabled gets no session', async () => {
    const known = new Visitor();
    await comeBack(known, await signOn(known));
    const { id } = (await me(known)).body;
    await house.services.database.write((trx) => changePerson(trx, id, { disabled: true }, new Date().toISOString()));
    const visitor = new Visitor();
    await expectRefused(visitor, await comeBack(visitor, await signOn(visitor)), /DISABLED/);
    expect((await me(known)).status).toBe(401);
  });

  test('without an email is told so', async () => {
    provider.person = { sub: 'nobody' };
    const visitor = new Visitor();
    await expectRefused(visitor, await comeBack(visitor, await signOn(visitor)), /email|user_info/);
    expect(await people()).toEqual([]);
  });

  test.each([
    ['no name', undefined, grace.email],
    ['a name of nothing', ' \u0000\u202e ', grace.email],
    ['a very long name', 'A'.repeat(5000), 'A'.repeat(200)],
    ['a name of several lines', 'Grace\r\n\u001b[31mHopper', 'Grace [31mHopper'],
  ])('with %s is shown by a name that fits on a line', async (_what, name, shown) => {
    Object.assign(provider.person, { name });
    const visitor = new Visitor();
    await comeBack(visitor, await signOn(visitor));
    expect((await me(visitor)).body).toMatchObject({ name: shown });
  });
});

describe('A sign-on is refused', () => {
  const tampered: [string, (asked: URL) => void, RegExp][] = [
    ['whose nonce was changed', (asked) => asked.searchParams.set('nonce', 'other'), /user_info/],
    ['whose nonce was taken away', (asked) => asked.searchParams.delete('nonce'), /user_info/],
    ['whose challenge was changed', (asked) => asked.searchParams.set('code_challenge', 'x'.repeat(43)), /code/],
    ['whose state was changed', (asked) => asked.searchParams.set('state', 'x'.repeat(32)), /state/],
  ];
  test.each(tampered)('%s on the way there', async (_what, change, reason) => {
    const visitor = new Visitor();
    await expectRefused(visitor, await comeBack(visitor, await signOn(visitor, change)), reason);
    expect(await people()).toEqual([]);
  });

  const forged: [string, (back: URL) => void, RegExp][] = [
    ['whose state was changed', (back) => back.searchParams.set('state', 'x'.repeat(32)), /state/],
    ['whose state is gone', (back) => back.searchParams.delete('state'), /state/],
    ['whose code was changed', (back) => back.searchParams.set('code', 'x'.repeat(43)), /code/],
    ['whose code is gone', (back) => back.searchParams.delete('code'), /code/],
    ['that says it is of another provider', (back) => back.searchParams.set('iss', 'https://evil.example'), /issuer/],
    ['that the provider broke off', (back) => back.searchParams.set('error', 'access_denied'), /access_denied/],
  ];
  test.each(forged)('%s on the way back', async (_what, change, reason) => {
    const visitor = new Visitor();
    const back = await signOn(visitor);
    change(back);
    await expectRefused(visitor, await comeBack(visitor, back), reason);
    expect(await people()).toEqual([]);
  });

  test('in another browser than the one that asked', async () => {
    const [attacker, victim] = [new Visitor(), new Visitor()];
    const back = await signOn(attacker);
    await begin(victim);
    await expectRefused(victim, await comeBack(victim, back), /state/);
    expect(await people()).toEqual([]);
  });

  test('with the code of somebody else', async () => {
    const [attacker, victim] = [new Visitor(), new Visitor()];
    const [stolen, back] = [await signOn(attacker), await signOn(victim)];
    back.searchParams.set('code', must(stolen.searchParams.get('code')));
    await expectRefused(victim, await comeBack(victim, back), /code/);
    expect(await people()).toEqual([]);
  });

  test('a second time', async () => {
    const visitor = new Visitor();
    const back = await signOn(visitor);
    await comeBack(visitor, back);
    expect(await comeBack(new Visitor(), back)).toContain('/sign-in?error=');
    expect(await comeBack(visitor, back)).toContain('/sign-in?error=');
    expect(await sessions()).toHaveLength(1);
  });
});

describe('A provider that', () => {
  test('is away is said to be, others sign in, and it is taken once it is back', async () => {
    const port = Number(new URL(provider.settings.OIDC_ISSUER).port);
    await provider[Symbol.asyncDispose]();
    const answer = await ask(new Visitor(), { provider: 'oidc', callbackURL: '/' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'sign_on_unavailable', detail: expect.any(String) });
    expect(await signIn(house.url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD)).toHaveProperty('cookie');
    provider = await openOpenIdProvider({ ...grace }, { port, secret: provider.settings.OIDC_CLIENT_SECRET });
    const visitor = new Visitor();
    expect(await comeBack(visitor, await signOn(visitor))).toBe('/overview');
  });

  test('goes away in the middle leads back to the page for signing in', async () => {
    const visitor = new Visitor();
    const back = await signOn(visitor);
    await provider[Symbol.asyncDispose]();
    await expectRefused(visitor, await comeBack(visitor, back), /code/);
    expect(await people()).toEqual([]);
    provider = await openOpenIdProvider(grace);
  });

  test('never answers keeps nobody from signing in otherwise', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const OIDC_ISSUER = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    await using silent = await openHouse({ ...provider.settings, OIDC_ISSUER, ...admin });
    expect(await signIn(silent.url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD)).toHaveProperty('cookie');
    hanging.close();
  });
});
