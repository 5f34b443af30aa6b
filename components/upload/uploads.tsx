'use client';

import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import { bytes, count, duration } from '../shell/format.ts';
import { ChevronIcon } from '../shell/icons.tsx';
import type { QueueView } from './queue.ts';
import { UploadList } from './upload-list.tsx';
import classes from './uploads.module.css';
import { useUploadQueue, useUploads } from './use-uploads.ts';

/** What is on its way to the server: one line for the whole, a list for what is not there yet. */
export function Uploads() {
  const queue = useUploadQueue();
  const view = useUploads();
  const [open, setOpen] = useState(true);
  const { totals, shown } = view;
  if (!queue || totals.files === 0) return null;

  const finished = totals.sent > 0 || shown.some(({ state }) => state === 'refused');
  const percent = totals.bytes === 0 ? 100 : (100 * totals.sentBytes) / totals.bytes;
  return (
    <section className={classes.uploads} aria-label="Uploads">
      <div className={classes.head}>
        {shown.length > 0 && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={open ? 'Hide the files' : 'Show the files'}
            aria-expanded={open}
            className={open ? undefined : classes.folded}
            onClick={() => setOpen(!open)}
          >
            <ChevronIcon />
          </ActionIcon>
        )}
        <p className={classes.words} aria-live="polite" aria-atomic="true">
          <strong>{headline(view)}</strong>
        </p>
        <p className={classes.detail}>{detail(view)}</p>
        <div className={classes.actions}>
          {shown.some(({ state }) => state === 'stopped') && (
            <Button size="compact-sm" variant="default" onClick={() => queue.retryStopped()}>
              Send again
            </Button>
          )}
          {(totals.open > 0 || shown.some(({ state }) => state === 'stopped' || state === 'missing')) && (
            <Button size="compact-sm" variant="default" onClick={() => queue.cancelAll()}>
              Cancel all
            </Button>
          )}
          {finished && (
            <Button size="compact-sm" variant="default" onClick={() => queue.clearFinished()}>
              Clear finished
            </Button>
          )}
        </div>
      </div>
      {totals.open > 0 && <progress className={classes.track} aria-label="All uploads" max={100} value={percent} />}
      {open && shown.length > 0 && <UploadList entries={shown} queue={queue} />}
    </section>
  );
}

const files = (n: number) => `${count(n)} ${n === 1 ? 'file' : 'files'}`;

function headline({ totals, shown }: QueueView): string {
  const missing = shown.filter(({ state }) => state === 'missing').length;
  if (totals.open > 0) return `Sending ${count(totals.sent)} of ${files(totals.files - totals.problems)}`;
  if (missing > 0) return `Choose ${missing === 1 ? 'the file' : 'the files'} again to resume`;
  if (totals.problems > 0) return `${files(totals.problems)} not sent`;
  return `${files(totals.sent)} sent`;
}

function detail({ totals, secondsLeft }: QueueView): string {
  if (totals.open === 0) return totals.problems > 0 && totals.sent > 0 ? `${files(totals.sent)} sent` : '';
  const left = secondsLeft === null ? '' : ` · ${duration(secondsLeft * 1000)} left`;
  const problems = totals.problems === 0 ? '' : ` · ${count(totals.problems)} not sent`;
  return `${bytes(totals.sentBytes)} of ${bytes(totals.bytes)}${left}${problems}`;
}
