import { z } from 'zod';

/** What a person is in the house. Each may do what those before it may. */
export const roles = ['viewer', 'uploader', 'operator', 'admin'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/**
 * What there is to be allowed.
 * `read`: look at pictures of one's own and at the figures of the house. `upload`: send pictures; retry, cancel and
 * delete one's own. `operate`: see and act on the pictures of everybody, consumers and dead letters. `manage`: people.
 */
export const abilities = ['read', 'upload', 'operate', 'manage'] as const;
export const Ability = z.enum(abilities);
export type Ability = z.infer<typeof Ability>;

const granted: Record<Role, readonly Ability[]> = {
  viewer: ['read'],
  uploader: ['read', 'upload'],
  operator: ['read', 'upload', 'operate'],
  admin: abilities,
};

/** What a role may do. */
export function abilitiesOf(role: Role): readonly Ability[] {
  return granted[role];
}
