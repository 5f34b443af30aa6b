import { expect, test } from 'vitest';
import { SignInLimits } from './sign-ins.ts';

const limited = { code: 'rate_limited', retryAfter: 900 };
const from = (address: string, email: string | null = 'a@example.com') => ({ email, address });

async function fail(limits: SignInLimits, times: number, attempt: (n: number) => ReturnType<typeof from>) {
  for (let n = 0; n < times; n += 1) await limits.check(attempt(n));
}

test('after so many failures of an email from an address every attempt is refused, and others are not', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 3, () => from('1.1.1.1'));
  await expect(limits.check(from('1.1.1.1'))).rejects.toMatchObject(limited);
  await expect(limits.check(from('1.1.1.1', ' A@Example.com '))).rejects.toMatchObject(limited);
  await limits.check(from('1.1.1.1', 'b@example.com'));
  await limits.check(from('2.2.2.2'));
});

test('a success forgets the failures from there, and is none itself', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 3, () => from('1.1.1.1'));
  await limits.succeeded(from('1.1.1.1'));
  await fail(limits, 2, () => from('1.1.1.1'));
  await expect(limits.check(from('1.1.1.1'))).resolves.toBeUndefined();
  for (let n = 0; n < 100; n += 1) {
    await limits.check(from('2.2.2.2', `${n}@example.com`));
    await limits.succeeded(from('2.2.2.2', `${n}@example.com`));
  }
});

test('a thousand attempts at once are no more than those in a row', async () => {
  const limits = new SignInLimits(3);
  const results = await Promise.allSettled(Array.from({ length: 1000 }, () => limits.check(from('1.1.1.1'))));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('one address may fail ten times as often over all emails, one email over all addresses', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 30, (n) => from('1.1.1.1', `${n}@example.com`));
  await expect(limits.check(from('1.1.1.1', 'new@example.com'))).rejects.toMatchObject(limited);
  await fail(limits, 30, (n) => from(`2.2.2.${n}`));
  await expect(limits.check(from('3.3.3.3'))).rejects.toMatchObject(limited);
  await limits.check(from('3.3.3.3', 'new@example.com'));
});

test('one address that goes on after it is refused locks nobody else out', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 3, () => from('1.1.1.1'));
  for (let n = 0; n < 100; n += 1) await limits.check(from('1.1.1.1')).catch(() => {});
  await expect(limits.check(from('2.2.2.2'))).resolves.toBeUndefined();
});

test('the addresses of an IPv6 network are one', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 3, (n) => from(`2001:db8::${n}`));
  await expect(limits.check(from('2001:db8:0:0:ffff::1'))).rejects.toMatchObject(limited);
  await limits.check(from('2001:db8:0:1::1'));
});

test('who gives no email is counted by address', async () => {
  const limits = new SignInLimits(3);
  await fail(limits, 3, () => from('1.1.1.1', null));
  await expect(limits.check(from('1.1.1.1', null))).rejects.toMatchObject(limited);
  await limits.check(from('2.2.2.2', null));
});
