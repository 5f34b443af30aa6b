import { z } from 'zod';
import { DarkroomError } from '#core/errors.ts';

/** Per partition of `task-updates`, the offset below which everything is contained. A missing partition counts as 0. */
export type Position = Record<number, number>;

const Offsets = z.record(z.string().regex(/^(0|[1-9]\d{0,4})$/), z.int().nonnegative());

/** The position as the opaque token that clients carry. */
export function encodePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position in a token that comes back from a client. Throws `bad_request` for anything this server did not give out. */
export function decodePosition(token: string): Position {
  const result = Offsets.safeParse(parseToken(token));
  if (!result.success) throw unreadable();
  return result.data;
}

/** True where everything that `contained` holds is also held by `position`. */
export function covers(position: Position, contained: Position): boolean {
  return Object.entries(contained).every(([partition, offset]) => (position[Number(partition)] ?? 0) >= offset);
}

function parseToken(token: string): unknown {
  if (!/^[\w-]{1,2000}$/.test(token)) throw unreadable();
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw unreadable();
  }
}

function unreadable(): DarkroomError {
  return new DarkroomError('bad_request', 'The position is not one this server gave out.');
}
