'use client';

import { Button } from '@mantine/core';
import { everything, addressOf, isFiltering, matches, type BoardFilter } from './filter.ts';
import { Broken } from '../shell/broken.tsx';
import classes from './board-list.module.css';
import { go } from './go.ts';
import { ListHead } from './list-head.tsx';
import { ListSkeleton } from './list-skeleton.tsx';
import { NewPill } from './new-pill.tsx';
import { TaskRows } from './task-rows.tsx';
import { useHeldRows } from './use-held-rows.ts';
import type { useTaskList } from './use-task-list.ts';

interface BoardListProps {
  filter: BoardFilter;
  rows: ReturnType<typeof useTaskList>;
  selected: string | null;
}

/** The list in each of its states: loading, failing, nothing that matches, rows. */
export function BoardList({ filter, rows, selected }: BoardListProps) {
  const { query, list } = rows;
  const held = useHeldRows(list, rows.showNew);

  if (!list) {
    if (!query.isError) return <ListSkeleton />;
    return (
      <section className={classes.list}>
        <Broken
          title="The pictures cannot be shown"
          detail={query.error.message}
          retrying={query.isFetching}
          onRetry={() => void query.refetch()}
        >
          The page tries again as soon as the server answers. Nothing is lost.
        </Broken>
      </section>
    );
  }

  const showNew = () => {
    if (list.unseen.length > 0) rows.refresh();
    else rows.showNew();
    held.scroller.current?.scrollTo({ top: 0 });
  };
  const outdated = isFiltering(filter) ? list.items.filter((task) => !matches(filter, task)).length : 0;
  return (
    <section
      className={classes.list}
      data-old={query.isPlaceholderData || undefined}
      aria-label="Pictures on the board"
    >
      <ListHead />
      <NewPill
        waiting={list.arrived.length + list.unseen.length}
        outdated={outdated}
        onShow={showNew}
        onRefresh={rows.refresh}
      />
      {list.items.length === 0 && !list.next_cursor ? (
        <NoMatch filter={filter} />
      ) : (
        <TaskRows key={addressOf(filter)} filter={filter} rows={rows} list={list} selected={selected} held={held} />
      )}
    </section>
  );
}

function wordsFor(filter: BoardFilter): string {
  const isMineAlone = !isFiltering({ ...filter, mine: false });
  return isMineAlone ? 'None of the pictures here is yours.' : 'None is in this state at the moment.';
}

function NoMatch({ filter }: { filter: BoardFilter }) {
  return (
    <div className={classes.noMatch}>
      <h2>No picture matches</h2>
      <p>{filter.q ? `No name with “${filter.q}” among what the filters leave.` : wordsFor(filter)}</p>
      <Button variant="default" onClick={() => go(addressOf(everything))}>
        Show all pictures
      </Button>
    </div>
  );
}
