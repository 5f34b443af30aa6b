'use client';

import { addressOf, type BoardFilter } from './filter.ts';
import { go } from './go.ts';
import classes from './toolbar.module.css';

const choices = [
  { words: 'Everyone', mine: false },
  { words: 'Mine', mine: true },
];

/** Whose pictures are shown, for who may see those of everybody. */
export function WhoseSwitch({ filter }: { filter: BoardFilter }) {
  return (
    <fieldset className={classes.whose} aria-label="Whose pictures">
      {choices.map(({ words, mine }) => (
        <button
          key={words}
          type="button"
          aria-pressed={filter.mine === mine}
          onClick={() => go(addressOf({ ...filter, mine }))}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}
