'use client';

import { Button, Loader } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';
import type { TaskList } from '../live/fold-list.ts';
import classes from './board-list.module.css';
import { addressOf, isFiltering, matches, type BoardFilter } from './filter.ts';
import { TaskRow } from './task-row.tsx';
import type { HeldRows } from './use-held-rows.ts';
import { useRowKeys } from './use-row-keys.ts';
import type { useTaskList } from './use-task-list.ts';

const rowHeight = 60;
/** How near to its end the list is when it asks for more. */
const ahead = 30;

/** Where each list was scrolled to when it was left, so that coming back shows the same rows. */
const leftAt = new Map<string, number>();

interface TaskRowsProps {
  filter: BoardFilter;
  rows: ReturnType<typeof useTaskList>;
  list: TaskList;
  selected: string | null;
  held: HeldRows;
}

/** The rows in sight, however long the list is. */
export function TaskRows({ filter, rows, list, selected, held }: TaskRowsProps) {
  const { scroller } = held;
  const { items, next_cursor } = list;
  const address = addressOf(filter);
  // The React compiler, which this would stop, is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]?.id ?? index,
    initialOffset: leftAt.get(address) ?? 0,
    overscan: 8,
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    if (next_cursor && !rows.moreFailed && last >= items.length - ahead) rows.loadMore();
  });
  useRowKeys({ scroller, count: items.length, scrollTo: (index) => virtual.scrollToIndex(index) });

  const scrolled = () => {
    held.onScroll();
    leftAt.set(address, scroller.current?.scrollTop ?? 0);
  };
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      onScroll={scrolled}
      onPointerMove={held.onPointerMove}
      onPointerLeave={held.onPointerLeave}
    >
      <ul aria-label="Pictures" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {visible.map(({ key, index, start }) => {
          const task = items[index];
          if (!task) return null;
          return (
            <TaskRow
              key={key}
              task={task}
              index={index}
              total={next_cursor ? -1 : items.length}
              top={start}
              height={rowHeight}
              href={addressOf(filter, task.id)}
              isSelected={task.id === selected}
              isOutdated={isFiltering(filter) && !matches(filter, task)}
            />
          );
        })}
      </ul>
      {next_cursor && (
        <div className={classes.more}>
          {rows.moreFailed ? (
            <>
              The rest could not be read.
              <Button size="compact-sm" variant="default" onClick={rows.loadMore}>
                Try again
              </Button>
            </>
          ) : (
            <>
              <Loader size="xs" color="gray" />
              Reading more
            </>
          )}
        </div>
      )}
    </div>
  );
}
