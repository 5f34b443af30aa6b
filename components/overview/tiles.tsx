'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { StatsSummary } from '../../core/domain/api.ts';
import { readSummary } from '../api.ts';
import { useLive } from '../live/use-live.ts';
import { count, duration, rate } from '../shell/format.ts';
import classes from './overview.module.css';

interface Tile {
  name: string;
  /** The pictures behind the number, on the board. */
  href?: string;
  value: (summary: StatsSummary) => ReactNode;
  note: (summary: StatsSummary) => string;
  isBad?: (summary: StatsSummary) => boolean;
}

const waiting = '/?status=queued,retrying';

const tiles: Tile[] = [
  {
    name: 'Waiting',
    href: waiting,
    value: ({ counts }) => count(counts.queued + counts.retrying),
    note: ({ in_per_second }) => `${rate(in_per_second)}/s coming in`,
  },
  {
    name: 'Oldest waiting',
    href: waiting,
    value: ({ oldest_waiting_seconds: seconds }) => (seconds === null ? '–' : duration(Math.round(seconds) * 1000)),
    note: ({ oldest_waiting_seconds: seconds }) => (seconds === null ? 'nothing waits' : 'since it was queued'),
  },
  {
    name: 'Running',
    href: '/?status=running',
    value: ({ counts }) => count(counts.running),
    note: () => 'being developed now',
  },
  {
    name: 'Done per second',
    href: '/?status=done',
    value: ({ done_per_second }) => rate(done_per_second),
    note: ({ counts }) => `${count(counts.done)} done in all`,
  },
  {
    name: 'Failed',
    href: '/?status=failed',
    value: ({ counts }) => count(counts.failed),
    note: ({ failed_per_second }) =>
      failed_per_second > 0 ? `${rate(failed_per_second * 60)}/min now` : 'none in the last minute',
    isBad: ({ failed_per_second }) => failed_per_second > 0,
  },
  {
    name: 'Workers up',
    value: ({ workers_up }) => count(workers_up),
    note: ({ workers_up }) => (workers_up === 0 ? 'nothing is developed' : 'heard in the last seconds'),
    isBad: ({ workers_up }) => workers_up === 0,
  },
];

/** How things stand this second. */
export function Tiles() {
  const live = useLive();
  const { data, isError } = useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => readSummary(signal),
    enabled: live !== null,
  });
  return (
    <ul className={classes.tiles} aria-label="Now">
      {tiles.map(({ name, href, value, note, isBad }) => {
        const content = (
          <>
            <span className={classes.tileName}>{name}</span>
            <span className={classes.tileValue}>{data ? value(data) : '–'}</span>
            <span className={classes.tileNote}>{data ? note(data) : isError ? 'not known' : ' '}</span>
          </>
        );
        return (
          <li key={name} className={classes.tile} data-bad={(data && isBad?.(data)) || undefined}>
            {href ? <Link href={href}>{content}</Link> : <div>{content}</div>}
          </li>
        );
      })}
    </ul>
  );
}
