/**
 * The path of this site that `next` names, or the board. Anything that a browser would take for another site is not one,
 * however it is written.
 */
export function nextPath(next: string | null): string {
  if (!next?.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  try {
    const { origin, pathname, search, hash } = new URL(next, here);
    // `/.//elsewhere` is of this site, but what is left of it would name another.
    return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/';
  } catch {
    return '/';
  }
}

/** The address of the sign-in that leads back to this path. */
export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
}
