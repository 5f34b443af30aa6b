import type { ReactNode } from 'react';
import type { PersonStatus } from '../../core/domain/people.ts';
import classes from './people.module.css';

const words: Record<PersonStatus, string> = { active: 'Active', invited: 'Invited', disabled: 'Disabled' };

const shapes: Record<PersonStatus, ReactNode> = {
  active: <path d="m3 8.5 3.25 3.25L13 5" />,
  invited: <path d="M2 4.5h12v8H2Zm.25.25L8 9l5.75-4.25" />,
  disabled: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.25 11.75 7.5-7.5" />
    </>
  ),
};

/** How a person stands here, as shape, colour and word: none of the three is needed to tell it from the others. */
export function PersonState({ status }: { status: PersonStatus }) {
  return (
    <span className={classes.state} data-state={status}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {shapes[status]}
      </svg>
      {words[status]}
    </span>
  );
}
