'use client';

import { useQuery } from '@tanstack/react-query';
import type { Worker } from '../../core/domain/api.ts';
import { listWorkers } from '../api.ts';
import { useLive } from '../live/use-live.ts';
import classes from './shell.module.css';

/** Says it when nothing is being developed, and why; the server names the cause. */
export function ProcessingBanner() {
  const live = useLive();
  const { data } = useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => listWorkers(signal),
    enabled: live !== null,
  });
  const trouble = data && troubleOf(data);
  return (
    <output className={classes.bannerPlace}>
      {trouble && (
        <span className={classes.banner}>
          <span>
            <strong>{trouble.title}</strong> {trouble.detail}
          </span>
        </span>
      )}
    </output>
  );
}

/** What keeps processing from going on; null where some worker works. */
export function troubleOf(workers: readonly Worker[]): { title: string; detail: string } | null {
  const up = workers.filter((worker) => worker.up && (worker.state === 'running' || worker.state === 'paused'));
  if (up.length === 0) {
    return {
      title: 'No worker is running.',
      detail: 'Uploads are safe and wait; they are developed as soon as a worker is up.',
    };
  }
  const reason = up.find(({ state }) => state === 'paused')?.paused;
  if (!reason || up.some(({ state }) => state === 'running')) return null;
  const cause = causes[reason.code] ?? reason.detail.replace(/\.$/, '');
  return {
    title: `Processing is paused: ${cause}.`,
    detail: 'Nothing is lost; it goes on by itself when that has passed.',
  };
}

const causes: Record<string, string> = {
  storage_full: 'the disk is full',
  storage_unavailable: 'the storage cannot be reached',
  database_unavailable: 'the database cannot be reached',
  broker_unavailable: 'the message log cannot be reached',
};
