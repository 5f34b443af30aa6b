'use client';

import { CloseIcon } from '../shell/icons.tsx';
import { addressOf, type BoardFilter } from './filter.ts';
import { go } from './go.ts';
import classes from './toolbar.module.css';

/** Filters that a link sets and no chip shows; each can be taken off. */
export function OtherFilters({ filter }: { filter: BoardFilter }) {
  const set = [
    { name: 'batch' as const, words: 'One drop' },
    { name: 'format' as const, words: filter.format.toUpperCase() },
  ].filter(({ name }) => filter[name] !== '');
  return set.map(({ name, words }) => (
    <button
      key={name}
      type="button"
      className={classes.chip}
      aria-label={`Stop filtering by ${name}: ${words}`}
      onClick={() => go(addressOf({ ...filter, [name]: '' }))}
    >
      {words}
      <CloseIcon />
    </button>
  ));
}
