import type { Reader, Writer } from './database.ts';
import type { SessionRow } from './schema.ts';

/** The sessions of a person that have not run out, the one used last first. */
export async function listSessions(db: Reader, userId: string, at: string): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', at)
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
  await trx.deleteFrom('sessions').where('expires_at', '<=', at).execute();
  await trx.deleteFrom('verifications').where('expires_at', '<=', at).execute();
}
