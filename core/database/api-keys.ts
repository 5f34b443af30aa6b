import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Ability } from '#core/domain/access.ts';
import type { ApiKey } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Reader, Writer } from './database.ts';
import type { ApiKeyRow, UserRow } from './schema.ts';

/** Most keys one person has. */
const mostKeys = 100;
const shape = /^dk_[A-Za-z0-9_-]{43}$/;

/** Makes a key of 256 random bits. Only its SHA-256 is kept: what is returned here is shown once. */
export async function addKey(
  trx: Writer,
  {
    user_id,
    name,
    scopes,
    expires_at,
    at,
  }: { user_id: string; name: string; scopes: Ability[]; expires_at: string | null; at: string },
): Promise<ApiKey & { key: string }> {
  if ((await listKeys(trx, user_id)).length >= mostKeys) {
    throw new DarkroomError('conflict', `A person has ${mostKeys} keys at most: revoke one first.`);
  }
  const key = `dk_${randomBytes(32).toString('base64url')}`;
  const shown = { id: uuid(), name, prefix: key.slice(0, 9), created_at: at, expires_at, last_used_at: null };
  await trx
    .insertInto('api_keys')
    .values({ ...shown, user_id, hash: hashOf(key), scopes: JSON.stringify(scopes) })
    .execute();
  return { ...shown, scopes, key };
}

/** The keys of a person, newest first. */
export async function listKeys(db: Reader, userId: string): Promise<ApiKey[]> {
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(({ id, name, prefix, created_at, expires_at, last_used_at, scopes }) => ({
    id,
    name,
    prefix,
    created_at,
    expires_at,
    last_used_at,
    scopes: JSON.parse(scopes) as Ability[],
  }));
}

/** Ends a key of a person. False where they have none of this id. */
export async function removeKey(trx: Writer, userId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('api_keys')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The key and whose it is; null for what is not a key, has run out, or is of somebody disabled. */
export async function findByKey(
  db: Reader,
  key: string,
  at: string,
): Promise<{ key: Pick<ApiKeyRow, 'id' | 'scopes'>; user: UserRow } | null> {
  if (!shape.test(key)) return null;
  const found = await db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .selectAll('users')
    .select(['api_keys.id as key_id', 'api_keys.scopes', 'api_keys.expires_at'])
    .where('api_keys.hash', '=', hashOf(key))
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (!found || (found.expires_at !== null && found.expires_at <= at)) return null;
  return { key: { id: found.key_id, scopes: found.scopes }, user: found };
}

/** Notes that a key was used. */
export async function noteUse(trx: Writer, id: string, at: string): Promise<void> {
  await trx.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
