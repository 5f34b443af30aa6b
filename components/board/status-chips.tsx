'use client';

import { useQuery } from '@tanstack/react-query';
import { taskStatuses } from '../../core/domain/fold.ts';
import { readSummary } from '../api.ts';
import { useLive } from '../live/use-live.ts';
import { count } from '../shell/format.ts';
import { StateMark, stateWords } from '../task/state-mark.tsx';
import { addressOf, toggleStatus, type BoardFilter } from './filter.ts';
import { go } from './go.ts';
import classes from './toolbar.module.css';

/** One toggle for each status, with how many pictures have it now: of everybody's, or of one's own where those are shown. */
export function StatusChips({ filter }: { filter: BoardFilter }) {
  const live = useLive();
  const { data } = useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => readSummary(signal),
    enabled: live !== null,
  });
  const counts = filter.mine ? data?.mine : data?.counts;
  const all = counts && taskStatuses.reduce((sum, status) => sum + counts[status], 0);
  return (
    <fieldset className={classes.chips} aria-label="Status">
      <button
        type="button"
        className={classes.chip}
        aria-pressed={filter.status.length === 0}
        onClick={() => go(addressOf({ ...filter, status: [] }, openTask()))}
      >
        All <b>{all === undefined ? '–' : count(all)}</b>
      </button>
      {taskStatuses.map((status) => (
        <button
          key={status}
          type="button"
          className={classes.chip}
          aria-pressed={filter.status.includes(status)}
          onClick={() => go(addressOf(toggleStatus(filter, status), openTask()))}
        >
          <StateMark status={status} />
          {stateWords[status]} <b>{counts ? count(counts[status]) : '–'}</b>
        </button>
      ))}
    </fieldset>
  );
}

/** The panel stays open while the list beside it is narrowed. */
function openTask(): string | null {
  return new URLSearchParams(location.search).get('task');
}
