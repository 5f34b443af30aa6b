'use client';

import { ActionIcon } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import { bytes } from '../shell/format.ts';
import { CloseIcon, RetryIcon } from '../shell/icons.tsx';
import type { Entry } from './entry.ts';
import type { UploadQueue } from './queue.ts';
import classes from './uploads.module.css';

const rowHeight = 52;

/** The files that are not on the server yet; only those in sight are in the document. */
export function UploadList({ entries, queue }: { entries: readonly Entry[]; queue: UploadQueue }) {
  const scroller = useRef<HTMLDivElement>(null);
  // The React compiler, which this would stop, is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: 4,
  });
  return (
    <div ref={scroller} className={classes.scroller}>
      <ul aria-label="Files being sent" style={{ height: rows.getTotalSize() }} className={classes.list}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const entry = entries[index];
          if (!entry) return null;
          return (
            <li
              key={key}
              className={classes.row}
              data-state={entry.state}
              aria-setsize={entries.length}
              aria-posinset={index + 1}
              aria-label={`${entry.name}, ${wordOf(entry)}`}
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            >
              <UploadRow entry={entry} queue={queue} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const UploadRow = memo(function UploadRow({ entry, queue }: { entry: Entry; queue: UploadQueue }) {
  const { id, name, folder, state, sent, bytes: size, problem } = entry;
  return (
    <>
      <div className={classes.name}>
        <span title={folder ? `${folder}/${name}` : name}>{name}</span>
        {problem && <span className={classes.problem}>{problem.detail}</span>}
      </div>
      <span className={classes.state}>{wordOf(entry)}</span>
      <span className={classes.size}>{bytes(size)}</span>
      <span className={classes.fileTrack} aria-hidden="true">
        {state === 'sending' && <span style={{ transform: `scaleX(${size === 0 ? 1 : sent / size})` }} />}
      </span>
      {state === 'stopped' ? (
        <ActionIcon variant="subtle" color="gray" aria-label={`Send ${name} again`} onClick={() => queue.retry(id)}>
          <RetryIcon />
        </ActionIcon>
      ) : null}
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={state === 'refused' ? `Take ${name} off the list` : `Cancel ${name}`}
        onClick={() => queue.cancel(id)}
      >
        <CloseIcon />
      </ActionIcon>
    </>
  );
});

function wordOf({ state, sent, bytes: size, problem }: Entry): string {
  if (state === 'waiting') return 'Waiting';
  if (state === 'sending') return problem ? 'Trying again' : `${size === 0 ? 0 : Math.floor((100 * sent) / size)} %`;
  if (state === 'refused') return 'Refused';
  if (state === 'stopped') return problem?.code === 'unauthenticated' ? 'Signed out' : 'Stopped';
  if (state === 'missing') return 'Choose again';
  return 'Sent';
}
