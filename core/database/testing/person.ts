import { abilitiesOf, type Ability, type Role } from '#core/domain/access.ts';
import { addKey } from '../api-keys.ts';
import type { Database } from '../database.ts';
import { addPerson } from '../people.ts';

/** A person made straight in the database, with a key that may do all that they may. Their password fits nothing. */
export async function addPersonWithKey(
  database: Database,
  { id, role = 'admin', scopes = [...abilitiesOf(role)] }: { id: string; role?: Role; scopes?: Ability[] },
): Promise<string> {
  const at = new Date().toISOString();
  return database.write(async (trx) => {
    await addPerson(trx, { id, email: `${id}@example.com`, name: id, role, passwordHash: '', at });
    const { key } = await addKey(trx, { user_id: id, name: 'test', scopes, expires_at: null, at });
    return key;
  });
}
