import { hashPassword } from 'better-auth/crypto';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toMessage } from '#core/broker/messages.ts';
import { addKey } from '#core/database/api-keys.ts';
import { addPerson } from '#core/database/people.ts';
import { abilitiesOf, roles, type Ability, type Role } from '#core/domain/access.ts';
import type { Scope } from '#core/domain/live.ts';
import { openHouse, signIn, type House } from '#server/fixtures/house.ts';
import { updateOf } from '#server/fixtures/updates.ts';
import { connect, listen } from '#server/live-fixtures.ts';
import { eventAccess, routeAccess, type RouteAccess } from './matrix.ts';
import { subjects } from './subjects.ts';

interface Caller {
  id: string;
  role: Role;
  abilities: readonly Ability[];
  by: 'session' | 'key';
}

const bySession = roles.map((role): Caller => ({ id: role, role, abilities: abilitiesOf(role), by: 'session' }));
const byKey = roles.map((role): Caller => ({ id: role, role, abilities: abilitiesOf(role), by: 'key' }));
/** Scopes hold an admin’s key to less than the admin. */
const scoped: Caller[] = (['read', 'upload', 'operate', 'manage'] as const).map((scope) => ({
  id: 'admin',
  role: 'admin',
  abilities: [scope],
  by: 'key',
}));
const callers: (Caller | null)[] = [null, ...bySession, ...byKey, ...scoped];
const nameOf = (caller: Caller | null) =>
  caller === null ? 'nobody' : `${caller.role} by ${caller.by} (${caller.abilities.join()})`;

const somebody = 'somebody';
const password = 'correct horse';
const credentials = new Map<Caller | null, Record<string, string>>([[null, {}]]);
let house: House;

beforeAll(async () => {
  house = await openHouse({ RATE_LIMIT_SIGN_INS: '1000000' });
  const { database } = house.services;
  const at = new Date().toISOString();
  const passwordHash = await hashPassword(password);
  for (const id of [...roles, somebody]) {
    const role = id === somebody ? 'uploader' : (id as Role);
    await database.write((trx) => addPerson(trx, { id, email: `${id}@example.com`, name: id, role, passwordHash, at }));
  }
  for (const caller of callers) if (caller) credentials.set(caller, await credentialsOf(caller));
}, 60_000);
afterAll(() => house[Symbol.asyncDispose]());

async function credentialsOf({ id, abilities, by }: Caller): Promise<Record<string, string>> {
  if (by === 'session') return signIn(house.url, `${id}@example.com`, password);
  const wanted = { user_id: id, name: 'x', scopes: [...abilities], expires_at: null, at: new Date().toISOString() };
  const { key } = await house.services.database.write((trx) => addKey(trx, wanted));
  return { 'x-api-key': key };
}

async function statusOf(route: string, { subject, body, headers }: RouteAccess, caller: Caller | null, owner: string) {
  const [method = '', path = ''] = route.split(' ');
  const id = subject ? await subjects[subject](house.services, owner) : '';
  const url = house.url + path.replace(':id', id).replace(':name', 'small');
  const json = typeof body === 'object' && { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...credentials.get(caller), ...json, ...headers },
    ...(body === 'bytes' && { body: Buffer.from('bytes') }),
    ...(json && { body: JSON.stringify(body).replace('NEW', `${randomUUID()}@example.com`) }),
  });
  await response.arrayBuffer();
  return response.status;
}

function expected({ rule, ok, subject, strictly }: RouteAccess, caller: Caller | null, isOwn: boolean): number {
  if (rule === 'anybody') return ok;
  if (caller === null) return 401;
  if (rule === 'session') {
    if (caller.by === 'key') return 403;
  } else if (rule !== 'person' && !caller.abilities.includes(rule)) return 403;
  const isShared = subject === 'deadLetter' || subject === 'person';
  if (!subject || isShared || isOwn) return ok;
  return !strictly && caller.abilities.includes('operate') ? ok : 404;
}

test('every route is in the table, and nothing else is', () => {
  const heads = new Set(
    house.app.routes.filter((route) => route.startsWith('GET ')).map((get) => get.replace('GET', 'HEAD')),
  );
  const asked = house.app.routes.filter((route) => !heads.has(route));
  expect(asked.toSorted()).toEqual(Object.keys(routeAccess).toSorted());
});

const signOut = ['POST /api/auth/sign-out', 'DELETE /api/v1/sessions'];

describe.each(Object.entries(routeAccess))('%s', (route, access) => {
  const asking = signOut.includes(route) ? callers.filter((caller) => caller?.by !== 'session') : callers;
  test.each(asking.map((caller) => [nameOf(caller), caller] as const))('as %s', async (_name, caller) => {
    const owners = access.subject ? [caller?.id ?? somebody, somebody] : [caller?.id ?? somebody];
    for (const owner of owners) {
      const isOwn = owner === caller?.id;
      const seen = await statusOf(route, access, caller, owner);
      expect({ isOwn, seen }).toEqual({ isOwn, seen: expected(access, caller, isOwn) });
    }
  });
});

test('what ends one’s own sessions is there for each role', async () => {
  for (const caller of bySession) {
    const session = await signIn(house.url, `${caller.id}@example.com`, password);
    for (const route of signOut.toReversed()) {
      const [method = '', path = ''] = route.split(' ');
      const response = await fetch(house.url + path, { method, headers: session });
      expect([route, response.ok]).toEqual([route, true]);
    }
    credentials.set(caller, await credentialsOf(caller));
  }
});

describe('a socket', () => {
  test('is not opened for nobody, nor with a key that may not read', async () => {
    await expect(connect(house.url)).rejects.toThrow('unauthenticated');
    for (const caller of scoped.filter(({ abilities }) => !abilities.includes(eventAccess.subscribe as Ability))) {
      await expect(connect(house.url, { extraHeaders: credentials.get(caller) })).rejects.toThrow('forbidden');
    }
  });

  const listening = [...bySession, ...byKey, scoped[0] as Caller].map((caller) => [nameOf(caller), caller] as const);
  test.each(listening)('of %s is told of what they may see, and of nothing else', async (_name, caller) => {
    const client = await connect(house.url, { extraHeaders: credentials.get(caller) });
    const seesAll = caller.abilities.includes('operate');
    const batch = randomUUID();
    const own = await subjects.task(house.services, caller.id);
    const foreign = await subjects.task(house.services, somebody);
    const ask = (scope: Scope) => listen(client, scope);
    const [mine, all, ofOwn, ofForeign, ofBatch] = [
      await ask('mine'),
      await ask('all'),
      await ask({ task: own }),
      await ask({ task: foreign }),
      await ask({ batch }),
    ];
    expect(all.answer).toEqual(
      seesAll ? { position: expect.any(String) } : { error: { code: 'forbidden', detail: expect.any(String) } },
    );
    expect(ofForeign.answer).toEqual(
      seesAll ? { position: expect.any(String) } : { error: { code: 'not_found', detail: expect.any(String) } },
    );
    for (const { answer } of [mine, ofOwn, ofBatch]) expect(answer).toEqual({ position: expect.any(String) });

    const updates = [
      { ...updateOf({ task: 0 }), task_id: foreign, user_id: somebody, batch },
      { ...updateOf({ task: 0 }), task_id: own, user_id: caller.id, batch },
    ];
    const { broker, topics } = house.services;
    await broker.publish(
      topics.updates,
      updates.map((update) => toMessage('one partition', update)),
    );
    await expect
      .poll(() => [mine, ofOwn, ofBatch].map(({ heard }) => heard.updates.some(({ task_id }) => task_id === own)))
      .toEqual([true, true, true]);
    const heardOf = (where: typeof mine, task: string) => where.heard.updates.some(({ task_id }) => task_id === task);
    expect(heardOf(mine, foreign)).toBe(false);
    for (const where of [all, ofForeign, ofBatch]) expect(heardOf(where, foreign)).toBe(seesAll);
    for (const scope of ['mine', 'all', { task: foreign }, { batch }] as const)
      await client.emitWithAck('unsubscribe', { scope });
    client.close();
  });
});
