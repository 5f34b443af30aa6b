import { signInPath } from './next-path.ts';

let isLeaving = false;

/**
 * Leaves for the sign-in, which leads back here: nobody is signed in any more. Once, however many answers say so, and by
 * a full load, so that nothing of the person before stays in memory.
 */
export function goToSignIn(): void {
  if (isLeaving || typeof location === 'undefined') return;
  isLeaving = true;
  location.assign(signInPath(location.pathname + location.search));
}
