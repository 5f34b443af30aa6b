import type { z } from 'zod';
import { Me } from '../../core/domain/people.ts';

const SignedIn = Me.pick({ id: true, email: true, name: true, role: true, abilities: true });

/** Who is signed in, as far as every page needs to know. */
export type SignedIn = z.infer<typeof SignedIn>;

/** The header in which the server tells the pages who is signed in. It writes it over whatever came from outside. */
export const userHeader = 'x-darkroom-user';

/** Reads that header; null where nobody is signed in. */
export function signedInFrom(header: string | null): SignedIn | null {
  return header === null ? null : SignedIn.parse(JSON.parse(decodeURIComponent(header)));
}
