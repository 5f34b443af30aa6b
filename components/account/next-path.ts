/**
 * The path of this site that `next` names, or the board. Anything that a browser would take for another site is not one,
 * however it is written.
 */
export function nextPath(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next)) return '/';
  const here = 'http://here.invalid';
  try {
    const { origin, pathname, search, hash } = new URL(next, here);
    return origin === here ? pathname + search + hash : '/';
  } catch {
    return '/';
  }
}

/** The address of the sign-in that leads back to this path. */
export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
}
