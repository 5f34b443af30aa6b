import { createHash } from 'node:crypto';
import type { APIRequestContext } from '@playwright/test';
import { hashPassword } from 'better-auth/crypto';
import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';
import { openDatabase } from '#core/database/open.ts';
import { addPerson } from '#core/database/people.ts';
import { abilitiesOf } from '#core/domain/access.ts';

/** The one admin of a Darkroom that a test or a measurement starts, and their key, which may do everything. */
export const admin = {
  id: 'owner',
  email: 'owner@example.com',
  name: 'Owner',
  password: 'correct horse battery staple',
  key: `dk_${'test'.padEnd(43, '-')}`,
};

/** What a request carries to be the admin's. */
export const asAdmin = { authorization: `Bearer ${admin.key}` };

/** Asks as the admin. */
export function ask(url: string | URL, { headers, ...init }: RequestInit = {}): Promise<Response> {
  const signed = new Headers(headers);
  for (const [name, value] of Object.entries(asAdmin)) signed.set(name, value);
  return fetch(url, { ...init, headers: signed });
}

/** Signs the admin in, in a browser: the cookie is for all its pages. */
export async function signIn(browser: APIRequestContext, url: string): Promise<void> {
  const { email, password } = admin;
  const answer = await browser.post(`${url}/api/auth/sign-in/email`, { data: { email, password } });
  if (!answer.ok()) throw new Error(`The admin could not sign in: ${answer.status()} ${await answer.text()}`);
}

/** Makes the database of these settings, with the admin in it. */
export async function prepareDatabase(environment: Record<string, string>): Promise<void> {
  const config = readConfig(environment);
  await migrate(config);
  await using database = await openDatabase(config);
  const { id, email, name, password, key } = admin;
  const at = new Date().toISOString();
  passwordHash ??= hashPassword(password);
  const person = { id, email, name, role: 'admin' as const, passwordHash: await passwordHash, at };
  await database.write(async (trx) => {
    await addPerson(trx, person);
    await trx
      .insertInto('api_keys')
      .values({
        id: 'owner-key',
        user_id: id,
        name: 'tests',
        prefix: key.slice(0, 9),
        created_at: at,
        hash: createHash('sha256').update(key).digest('hex'),
        scopes: JSON.stringify(abilitiesOf('admin')),
      })
      .execute();
  });
}

/** Slow on purpose: once a process is enough. */
let passwordHash: Promise<string> | null = null;
