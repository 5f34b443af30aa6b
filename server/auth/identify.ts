import type { IncomingMessage } from 'node:http';
import { findByKey, noteUse } from '#core/database/api-keys.ts';
import type { Database } from '#core/database/database.ts';
import { findSession } from '#core/database/sessions.ts';
import { abilitiesOf, type Ability } from '#core/domain/access.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { Identify, User } from './access.ts';
import { readSessionCookie } from './session-cookie.ts';

interface Parts {
  database: Database;
  log: Log;
  /** What session cookies are called and signed with. */
  cookieName: string;
  secret: string;
}

/** How often a key's last use is written down. */
const noteEveryMs = 60_000;

/**
 * Who asks: by an API key (`Authorization: Bearer` or `X-API-Key`) or by the cookie of a session. A request that carries
 * a key is judged by it alone.
 */
export function identifyBy({ database, log, cookieName, secret }: Parts): Identify {
  const noted = new Map<string, number>();

  function note(id: string, now: number): void {
    if (now - (noted.get(id) ?? 0) < noteEveryMs) return;
    if (noted.size > 10_000) noted.clear();
    noted.set(id, now);
    database
      .write((trx) => noteUse(trx, id, new Date(now).toISOString()))
      .catch((error: unknown) => log.warn({ err: error }, 'the use of a key was not noted'));
  }

  async function byKey(key: string): Promise<User | null> {
    const now = Date.now();
    const found = await database.read((trx) => findByKey(trx, key, new Date(now).toISOString()));
    if (!found) return null;
    note(found.key.id, now);
    const { id, email, name, role } = found.user;
    const scopes = JSON.parse(found.key.scopes) as Ability[];
    const abilities = abilitiesOf(role).filter((ability) => scopes.includes(ability));
    return { id, email, name, role, abilities, by: { key: found.key.id } };
  }

  async function bySession(header: string): Promise<User | null> {
    const token = readSessionCookie(header, cookieName, secret);
    if (token === null) return null;
    const found = await database.read((trx) => findSession(trx, token, new Date().toISOString()));
    if (!found) return null;
    const { id, email, name, role } = found.user;
    return { id, email, name, role, abilities: abilitiesOf(role), by: { session: found.id } };
  }

  return async ({ headers }) => {
    const key = keyOf(headers);
    if (key !== undefined) return key === null ? null : byKey(key);
    return headers.cookie === undefined ? null : bySession(headers.cookie);
  };
}

/** The key that a request carries; undefined: none; null: something that cannot be one. */
function keyOf({ authorization, 'x-api-key': plain }: IncomingMessage['headers']): string | null | undefined {
  if (authorization === undefined && plain === undefined) return undefined;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (authorization !== undefined && bearer === undefined) return null;
  if (Array.isArray(plain)) return null;
  if (bearer !== undefined && plain !== undefined && bearer !== plain) return null;
  return bearer ?? plain ?? null;
}
