import { signInPath } from './next-path.ts';

let isLeaving = false;
let staying = 0;

/**
 * Leaves for the sign-in, which leads back here: nobody is signed in any more. Once, however many answers say so, and by
 * a full load, so that nothing of the person before stays in memory.
 */
export function goToSignIn(): void {
  if (isLeaving || staying > 0 || typeof location === 'undefined') return;
  isLeaving = true;
  location.assign(signInPath(location.pathname + location.search));
}

/** Does what ends this very session and begins another: nobody is led away meanwhile. */
export async function stayDuring<T>(work: () => Promise<T>): Promise<T> {
  staying += 1;
  try {
    return await work();
  } finally {
    staying -= 1;
  }
}
