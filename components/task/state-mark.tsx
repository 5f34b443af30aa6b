import type { ReactNode } from 'react';
import type { TaskStatus } from '../../core/domain/task.ts';
import classes from './state-mark.module.css';

/** The word for each status. */
export const stateWords: Record<TaskStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  retrying: 'Retrying',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** A status as shape, colour and word: none of the three is needed to tell it from the others. */
export function State({ status }: { status: TaskStatus }) {
  return (
    <span className={classes.state} data-state={status}>
      <StateMark status={status} />
      {stateWords[status]}
    </span>
  );
}

/** The shape alone, where the word stands beside it. What is past does not move. */
export function StateMark({ status, isPast = false }: { status: TaskStatus; isPast?: boolean }) {
  return (
    <svg
      className={classes.mark}
      data-state={status}
      data-past={isPast || undefined}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {shapes[status]}
    </svg>
  );
}

const shapes: Record<TaskStatus, ReactNode> = {
  queued: <circle cx="8" cy="8" r="5.5" />,
  running: (
    <>
      <circle cx="8" cy="8" r="5.5" className={classes.track} />
      <path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" className={classes.turning} />
    </>
  ),
  retrying: <path d="M13 3v3.5H9.5M12.8 6.5A5.25 5.25 0 1 0 13.25 8" />,
  done: <path d="m3 8.5 3.25 3.25L13 5" />,
  failed: <path d="m4 4 8 8M12 4l-8 8" />,
  cancelled: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.25 11.75 7.5-7.5" />
    </>
  ),
};
