import type { Reader, Writer } from './database.ts';
import type { SessionRow, UserRow } from './schema.ts';

/** However often it is used, a session ends so long after its beginning. */
const longestMs = 30 * 24 * 3_600_000;

/** When the sessions began that end now by their age alone. */
export function oldestStart(at: string): string {
  return new Date(Date.parse(at) - longestMs).toISOString();
}

/** The session of this token and whose it is; null where it has ended or its person is disabled. */
export async function findSession(
  db: Reader,
  token: string,
  at: string,
): Promise<{ id: string; user: UserRow } | null> {
  const found = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('users')
    .select('sessions.id as session_id')
    .where('sessions.token', '=', token)
    .where('sessions.expires_at', '>', at)
    .where('sessions.created_at', '>', oldestStart(at))
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  return found ? { id: found.session_id, user: found } : null;
}

/** The sessions of a person that have not run out, the one used last first. */
export async function listSessions(db: Reader, userId: string, at: string): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', at)
    .where('created_at', '>', oldestStart(at))
    .orderBy('updated_at', 'desc')
    .limit(200)
    .execute();
}

/** Ends one session of a person. False where they have none of this id. */
export async function endSession(trx: Writer, userId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Ends all sessions of a person but one. */
export async function endOtherSessions(trx: Writer, userId: string, keep: string | null): Promise<void> {
  let query = trx.deleteFrom('sessions').where('user_id', '=', userId);
  if (keep !== null) query = query.where('id', '!=', keep);
  await query.execute();
}

/** Removes sessions and proofs that have run out. */
export async function forgetExpired(trx: Writer, at: string): Promise<void> {
  await trx
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', at), eb('created_at', '<=', oldestStart(at))]))
    .execute();
  await trx.deleteFrom('verifications').where('expires_at', '<=', at).execute();
}
