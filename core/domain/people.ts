import { z } from 'zod';
import { Ability, Role } from './access.ts';
import { longestPassword, shortestPassword } from './password.ts';

export { longestPassword, shortestPassword };

/** Shapes of the API for people, sessions and keys. */

const Password = z.string().min(shortestPassword).max(longestPassword);
export const longestName = 200;
const Name = z.string().trim().min(1).max(longestName);
export const Email = z.email().max(254).toLowerCase();

/** `invited`: has not chosen a password yet. */
export const PersonStatus = z.enum(['active', 'invited', 'disabled']);
export type PersonStatus = z.infer<typeof PersonStatus>;

/** Most a person may keep; null where the setting of the house holds. */
const Quota = z.int().min(0).nullable();

export const Person = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: Role,
  status: PersonStatus,
  created_at: z.string(),
  /** When a session of theirs was last used, to the quarter of an hour. */
  last_seen_at: z.string().nullable(),
  quota_images: Quota,
  quota_bytes: Quota,
  usage: z.object({ images: z.int(), bytes: z.int() }),
});
export type Person = z.infer<typeof Person>;

/** How an invited person gets in. `sent`: the link is on its way by mail too. Shown once. */
export const Invitation = z.object({ url: z.string(), expires_at: z.string(), sent: z.boolean() });
export type Invitation = z.infer<typeof Invitation>;

export const PersonPage = z.object({ items: z.array(Person), next_cursor: z.string().nullable() });
export type PersonPage = z.infer<typeof PersonPage>;

/** Without a password the person is invited: they choose one by the link. */
export const NewPerson = z.strictObject({
  email: Email,
  name: Name,
  role: Role,
  password: Password.optional(),
});
export type NewPerson = z.infer<typeof NewPerson>;

export const PersonAnswer = Person.extend({ invitation: Invitation.nullable() });
export type PersonAnswer = z.infer<typeof PersonAnswer>;

export const PersonChange = z.strictObject({
  name: Name.optional(),
  role: Role.optional(),
  disabled: z.boolean().optional(),
  quota_images: Quota.optional(),
  quota_bytes: Quota.optional(),
});
export type PersonChange = z.infer<typeof PersonChange>;

/** Who asks, by session or key. */
export const Me = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: Role,
  /** What this request may do: of a key, no more than its scopes. */
  abilities: z.array(Ability),
  quota_images: Quota,
  quota_bytes: Quota,
  usage: z.object({ images: z.int(), bytes: z.int() }),
});
export type Me = z.infer<typeof Me>;

export const Session = z.object({
  id: z.string(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  current: z.boolean(),
});
export type Session = z.infer<typeof Session>;
export const SessionList = z.object({ items: z.array(Session) });

/** `prefix` is how a key begins: what is left of it to recognise it by. */
export const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(Ability),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;
export const ApiKeyList = z.object({ items: z.array(ApiKey) });

/** Without scopes the key may read and send, as far as its owner may. */
export const NewApiKey = z.strictObject({
  name: Name,
  scopes: z.array(Ability).min(1).max(4).optional(),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type NewApiKey = z.infer<typeof NewApiKey>;

/** `key` is the secret, shown this once. */
export const ApiKeyAnswer = ApiKey.extend({ key: z.string() });
export type ApiKeyAnswer = z.infer<typeof ApiKeyAnswer>;

/** What the page for signing in offers; public. */
export const Entrance = z.object({
  /** The name of the single sign-on, where there is one. */
  single_sign_on: z.string().nullable(),
  /** Whether a forgotten password can be reset by mail. */
  password_reset: z.boolean(),
  /** Whether there is no admin yet, so that the link in the log is to be used. */
  set_up: z.boolean(),
});
export type Entrance = z.infer<typeof Entrance>;

/** The first admin, by the one-time link that the log shows. */
export const SetUp = z.strictObject({ token: z.string().max(200), email: Email, name: Name, password: Password });
export type SetUp = z.infer<typeof SetUp>;
