import type { Reader } from './database.ts';
import { oldestStart } from './sessions.ts';

/** What somebody came with: what they may do ends with it. */
export type Credential = { session: string } | { key: string };

export function credentialId(by: Credential): string {
  return 'session' in by ? by.session : by.key;
}

/** Of these, the sessions and keys that are still good, by their ids. */
export async function stillGood(db: Reader, all: Credential[], at: string): Promise<Set<string>> {
  const sessions = [...new Set(all.flatMap((by) => ('session' in by ? [by.session] : [])))];
  const keys = [...new Set(all.flatMap((by) => ('key' in by ? [by.key] : [])))];
  const good = new Set<string>();
  for (const ids of chunks(sessions)) {
    const rows = await db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select('sessions.id')
      .where('sessions.id', 'in', ids)
      .where('sessions.expires_at', '>', at)
      .where('sessions.created_at', '>', oldestStart(at))
      .where('users.disabled_at', 'is', null)
      .execute();
    for (const { id } of rows) good.add(id);
  }
  for (const ids of chunks(keys)) {
    const rows = await db
      .selectFrom('api_keys')
      .innerJoin('users', 'users.id', 'api_keys.user_id')
      .select('api_keys.id')
      .where('api_keys.id', 'in', ids)
      .where((eb) => eb.or([eb('api_keys.expires_at', 'is', null), eb('api_keys.expires_at', '>', at)]))
      .where('users.disabled_at', 'is', null)
      .execute();
    for (const { id } of rows) good.add(id);
  }
  return good;
}

function* chunks(ids: string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += 500) yield ids.slice(at, at + 500);
}
