import type { Ability } from '../../core/domain/access.ts';

interface Page {
  href: string;
  name: string;
  /** Goes there after `g`. */
  key: string;
  words: string;
  needs: Ability;
  /** In the top bar; the others are in the menu of the person. */
  inBar: boolean;
}

const pages: Page[] = [
  { href: '/', name: 'Board', key: 'b', words: 'Go to the board', needs: 'read', inBar: true },
  { href: '/overview', name: 'Overview', key: 'o', words: 'Go to the overview', needs: 'read', inBar: true },
  { href: '/people', name: 'People', key: 'p', words: 'Go to the people', needs: 'manage', inBar: true },
  { href: '/account', name: 'Account', key: 'a', words: 'Go to your account', needs: 'read', inBar: false },
];

/** The pages that somebody of these abilities can go to. */
export function pagesFor(abilities: readonly Ability[]): Page[] {
  return pages.filter(({ needs }) => abilities.includes(needs));
}
