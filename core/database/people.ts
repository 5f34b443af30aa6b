import { sql } from 'kysely';
import type { Role } from '#core/domain/access.ts';
import type { PersonStatus } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Reader, Writer } from './database.ts';
import type { UserRow } from './schema.ts';
import { isDuplicate } from './sqlite-error.ts';

/** A person with what is known of them by other tables. */
export interface FoundPerson extends UserRow {
  status: PersonStatus;
  last_seen_at: string | null;
  images: number;
  bytes: number;
}

export interface NewPersonRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** Null for who chooses a password later. */
  passwordHash: string | null;
  at: string;
}

/** Adds a person. Throws `email_taken`. */
export async function addPerson(trx: Writer, person: NewPersonRow): Promise<void> {
  const { id, email, name, role, passwordHash, at } = person;
  try {
    await trx
      .insertInto('users')
      .values({ id, email, name, role, email_verified: 1, created_at: at, updated_at: at })
      .execute();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DarkroomError('email_taken', `Somebody is here as ${email} already.`, { cause: error });
  }
  if (passwordHash === null) return;
  await trx
    .insertInto('accounts')
    .values({
      id: `${id}-password`,
      user_id: id,
      account_id: id,
      provider_id: 'credential',
      password: passwordHash,
      created_at: at,
      updated_at: at,
    })
    .execute();
}

/** True once somebody is here who can manage people. */
export async function isAdminHere(db: Reader): Promise<boolean> {
  const admin = await db
    .selectFrom('users')
    .select('users.id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .where((eb) =>
      eb.exists(eb.selectFrom('accounts').select('accounts.id').whereRef('accounts.user_id', '=', 'users.id')),
    )
    .limit(1)
    .executeTakeFirst();
  return admin !== undefined;
}

/**
 * Makes an admin of who has this email, as somebody has made sure; their sessions and keys end. False where nobody has it.
 * Throws `email_taken` where it is only claimed.
 */
export async function promoteByEmail(trx: Writer, email: string, at: string): Promise<boolean> {
  const person = await trx.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  if (!person) return false;
  if (!person.email_verified)
    throw new DarkroomError('email_taken', `Somebody came as ${email}, and nobody made sure.`);
  await trx
    .updateTable('users')
    .set({ role: 'admin', disabled_at: null, updated_at: at })
    .where('id', '=', person.id)
    .execute();
  await endAccess(trx, person.id);
  return true;
}

/** Throws `not_found`. */
export async function findPerson(db: Reader, id: string): Promise<FoundPerson> {
  const person = await people(db).where('users.id', '=', id).executeTakeFirst();
  if (person) return person;
  throw new DarkroomError('not_found', 'There is no such person.');
}

/** A page of people by email. The cursor is where the page before ended. Throws `invalid_cursor`. */
export async function listPeople(
  db: Reader,
  { q, cursor, limit }: { q?: string; cursor?: string; limit: number },
): Promise<{ items: FoundPerson[]; next_cursor: string | null }> {
  let query = people(db)
    .orderBy('users.email')
    .limit(limit + 1);
  if (q) {
    const needle = q.toLowerCase();
    query = query.where(
      sql<boolean>`(instr(lower(users.email), ${needle}) > 0 OR instr(lower(users.name), ${needle}) > 0)`,
    );
  }
  if (cursor !== undefined) query = query.where('users.email', '>', readEmailCursor(cursor));
  const rows = await query.execute();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last;
  return { items, next_cursor: more ? Buffer.from(last.email).toString('base64url') : null };
}

/**
 * Changes a person. A new role, and being disabled, ends all their sessions and keys. Throws `not_found`, and
 * `last_admin` where nobody would be left who can manage people.
 */
export async function changePerson(
  trx: Writer,
  id: string,
  change: { name?: string; role?: Role; disabled?: boolean; quota_images?: number | null; quota_bytes?: number | null },
  at: string,
): Promise<FoundPerson> {
  const before = await findPerson(trx, id);
  const { disabled, ...columns } = change;
  const isDisabled = disabled ?? before.disabled_at !== null;
  const disabled_at = isDisabled ? (before.disabled_at ?? at) : null;
  await trx
    .updateTable('users')
    .set({ ...columns, disabled_at, updated_at: at })
    .where('id', '=', id)
    .execute();
  await requireAdmin(trx);
  const role = change.role ?? before.role;
  if (role !== before.role || disabled_at !== before.disabled_at) await endAccess(trx, id);
  if (isDisabled) await endLinks(trx, id);
  return findPerson(trx, id);
}

/** Removes a person with their sessions and keys; their pictures stay. Throws `not_found` and `last_admin`. */
export async function removePerson(trx: Writer, id: string): Promise<void> {
  await findPerson(trx, id);
  await endAccess(trx, id);
  await endLinks(trx, id);
  await trx.deleteFrom('accounts').where('user_id', '=', id).execute();
  await trx.deleteFrom('users').where('id', '=', id).execute();
  await requireAdmin(trx);
}

/** Ends every link by which this person could choose a password: what it proves is their id. */
export async function endLinks(trx: Writer, id: string): Promise<void> {
  await trx.deleteFrom('verifications').where('value', '=', id).execute();
}

/** Ends every session and key of a person. */
export async function endAccess(trx: Writer, id: string): Promise<void> {
  await trx.deleteFrom('sessions').where('user_id', '=', id).execute();
  await trx.deleteFrom('api_keys').where('user_id', '=', id).execute();
}

async function requireAdmin(trx: Writer): Promise<void> {
  if (await isAdminHere(trx)) return;
  throw new DarkroomError('last_admin', 'Nobody would be left who can manage people: make another admin first.');
}

function people(db: Reader) {
  return db
    .selectFrom('users')
    .leftJoin('usage', 'usage.user_id', 'users.id')
    .selectAll('users')
    .select((eb) => [
      eb.fn.coalesce('usage.images', sql<number>`0`).as('images'),
      eb.fn.coalesce('usage.bytes', sql<number>`0`).as('bytes'),
      sql<PersonStatus>`CASE WHEN users.disabled_at IS NOT NULL THEN 'disabled'
        WHEN EXISTS (SELECT 1 FROM accounts WHERE accounts.user_id = users.id) THEN 'active' ELSE 'invited' END`.as(
        'status',
      ),
      eb
        .selectFrom('sessions')
        .select(({ fn }) => fn.max('sessions.updated_at').as('at'))
        .whereRef('sessions.user_id', '=', 'users.id')
        .as('last_seen_at'),
    ]);
}

function readEmailCursor(cursor: string): string {
  const email = Buffer.from(cursor, 'base64url').toString();
  if (email.length <= 254 && Buffer.from(email).toString('base64url') === cursor) return email;
  throw new DarkroomError('invalid_cursor', 'The cursor is not one this server gave out.');
}
