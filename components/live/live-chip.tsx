'use client';

import { clock } from '../shell/format.ts';
import classes from './live-chip.module.css';
import { useLiveState } from './use-live.ts';

/** Says whether what is shown is what is. */
export function LiveChip() {
  const state = useLiveState();
  const word =
    state.word === 'live' ? 'Live' : state.word === 'offline' ? `Offline since ${clock(state.since)}` : 'Catching up';
  return (
    <output aria-label={word} className={classes.chip} data-word={state.word}>
      <i aria-hidden="true" />
      {state.word === 'offline' ? (
        <>
          Offline
          <span className={classes.time}>
            <span className={classes.since}>since</span> {clock(state.since)}
          </span>
        </>
      ) : (
        word
      )}
    </output>
  );
}
