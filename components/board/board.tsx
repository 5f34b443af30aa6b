'use client';

import { useSearchParams } from 'next/navigation';
import { useEffect, useMemo } from 'react';
import { useMay } from '../account/me.tsx';
import { useLive, useLiveState } from '../live/use-live.ts';
import { isShortcut } from '../shell/keys.tsx';
import { TaskPanel } from '../task/task-panel.tsx';
import { DropBar } from '../upload/drop-bar.tsx';
import { FirstDrop } from '../upload/first-drop.tsx';
import { Uploads } from '../upload/uploads.tsx';
import classes from './board.module.css';
import { addressOf, filterFrom, isFiltering } from './filter.ts';
import { BoardList } from './board-list.tsx';
import { go } from './go.ts';
import { LookOnly } from './look-only.tsx';
import { Toolbar } from './toolbar.tsx';
import { useTaskList } from './use-task-list.ts';

/** All pictures, newest first, as they are being developed. */
export function Board() {
  const query = useSearchParams();
  const mayOperate = useMay('operate');
  const filter = useMemo(() => {
    const asked = filterFrom(query);
    // Who sees their own only has no choice of whose.
    return mayOperate ? asked : { ...asked, mine: false };
  }, [query, mayOperate]);
  const mayUpload = useMay('upload');
  const task = query.get('task');
  const rows = useTaskList(filter);
  const live = useLive();
  const isOffline = useLiveState().word === 'offline';
  const isEmpty = rows.list?.items.length === 0 && rows.list.arrived.length === 0;
  const isFirstRun = isEmpty && !isFiltering(filter) && !rows.query.isPlaceholderData;

  const scope = mayOperate && !filter.mine ? 'all' : 'mine';
  useEffect(() => live?.follow(scope), [live, scope]);
  useEffect(() => {
    if (task === null) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && isShortcut(event)) go(addressOf(filter));
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [task, filter]);

  return (
    <div className={classes.board} data-stale={isOffline || undefined}>
      <h1 className="hidden">Board</h1>
      {mayUpload ? isFirstRun ? <FirstDrop /> : <DropBar /> : <LookOnly isEmpty={isFirstRun} />}
      <Uploads />
      {!isFirstRun && (
        <>
          <Toolbar filter={filter} />
          <div className={classes.content} data-panel={task !== null || undefined}>
            <BoardList filter={filter} rows={rows} selected={task} />
            {task !== null && <TaskPanel key={task} id={task} onClose={() => go(addressOf(filter))} />}
          </div>
        </>
      )}
    </div>
  );
}
