import { DarkroomError } from '#core/errors.ts';

/** Where a page ended, as a token that says nothing to who holds it. */
export function writeCursor(seq: number): string {
  return Buffer.from(String(seq)).toString('base64url');
}

/** Throws `invalid_cursor` for anything `writeCursor` would not have made. */
export function readCursor(cursor: string): number {
  const seq = Number(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (Number.isSafeInteger(seq) && seq >= 0 && writeCursor(seq) === cursor) return seq;
  throw new DarkroomError('invalid_cursor', 'The cursor is not one this server gave out.');
}
