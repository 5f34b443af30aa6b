import type { Reader, Writer } from './database.ts';

/** What a request with an Idempotency-Key was told, and the fingerprint of the body it had. */
export interface KeptAnswer {
  fingerprint: string;
  answer: string;
}

export async function findAnswer(db: Reader, userId: string, key: string): Promise<KeptAnswer | undefined> {
  return db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'answer'])
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** Keeps an answer. A second one for the same key is refused by the database (see `isDuplicate`). */
export async function keepAnswer(
  trx: Writer,
  { userId, key, fingerprint, answer, at }: KeptAnswer & { userId: string; key: string; at: string },
): Promise<void> {
  await trx
    .insertInto('idempotency_keys')
    .values({ user_id: userId, key, fingerprint, answer, created_at: at })
    .execute();
}

/** Forgets answers kept before then. */
export async function pruneAnswers(trx: Writer, before: string): Promise<void> {
  await trx.deleteFrom('idempotency_keys').where('created_at', '<', before).execute();
}
