'use client';

import { count } from '../shell/format.ts';
import { ArrowUpIcon, RetryIcon } from '../shell/icons.tsx';
import { mostWaiting } from '../live/fold-list.ts';
import classes from './board-list.module.css';

interface NewPillProps {
  /** New pictures that wait to be shown. */
  waiting: number;
  /** Rows in sight that no longer match the filter. */
  outdated: number;
  onShow: () => void;
  onRefresh: () => void;
}

/** Says what the list holds back, so that it never moves unasked. */
export function NewPill({ waiting, outdated, onShow, onRefresh }: NewPillProps) {
  const words = `${waiting >= mostWaiting ? `${count(mostWaiting - 1)}+` : count(waiting)} new`;
  return (
    <div className={classes.pillPlace} aria-live="polite">
      {waiting > 0 && (
        <button type="button" className={classes.pill} onClick={onShow}>
          <ArrowUpIcon />
          {words}
        </button>
      )}
      {waiting === 0 && outdated > 0 && (
        <button type="button" className={classes.pill} onClick={onRefresh}>
          <RetryIcon />
          {count(outdated)} changed, refresh
        </button>
      )}
    </div>
  );
}
