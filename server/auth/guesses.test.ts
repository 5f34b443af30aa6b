import { hashPassword } from 'better-auth/crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPerson } from '#core/database/people.ts';
import { openHouse, postJson, signIn, type House } from '#server/fixtures/house.ts';

const admin = { email: 'admin@example.com', password: 'correct horse' };
let house: House;

beforeEach(async () => {
  house = await openHouse({ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password, RATE_LIMIT_SIGN_INS: '3' });
});
afterEach(() => house[Symbol.asyncDispose]());

test('what succeeds for oneself forgives no wrong password for another, whoever it claims to be about', async () => {
  await house.services.database.write(async (trx) =>
    addPerson(trx, {
      id: 'eve',
      email: 'eve@example.com',
      name: 'Eve',
      role: 'viewer',
      passwordHash: await hashPassword('eve’s password'),
      at: new Date().toISOString(),
    }),
  );
  const eve = await signIn(house.url, 'eve@example.com', 'eve’s password');
  const guess = async () =>
    (await postJson(`${house.url}/api/auth/sign-in/email`, { ...admin, password: 'wrong' })).status;
  expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 401]);
  const change = { currentPassword: 'eve’s password', newPassword: 'eve’s other one', email: admin.email };
  expect((await postJson(`${house.url}/api/auth/change-password`, change, eve)).status).toBe(200);
  expect(await guess()).toBe(429);
});

test('who guesses at the present password guesses at one account, whatever else the body names', async () => {
  const session = await signIn(house.url, admin.email, admin.password);
  const guess = async (email: string) => {
    const body = { currentPassword: 'wrong horse', newPassword: 'another horse', email };
    return (await postJson(`${house.url}/api/auth/change-password`, body, session)).status;
  };
  expect([await guess('a@example.com'), await guess('b@example.com'), await guess('c@example.com')]).toEqual([
    400, 400, 400,
  ]);
  expect(await guess('d@example.com')).toBe(429);
});
