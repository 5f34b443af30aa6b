'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TaskPage } from '../../core/domain/api.ts';
import { listTasks } from '../api.ts';
import { appendPage, firstPage, showArrived, type TaskList } from '../live/fold-list.ts';
import type { Live } from '../live/live.ts';
import { useLive } from '../live/use-live.ts';
import { isFiltering, type BoardFilter } from './filter.ts';

const pageSize = 100;
/** How many rows are read again at most when a list is read anew. */
const mostRead = 1000;

/** The rows that match the filter, kept current by the live connection, and the ways to see more of them. */
export function useTaskList(filter: BoardFilter) {
  const live = useLive();
  const queries = useQueryClient();
  const queryKey = ['tasks', filter] as const;

  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      readList(live as Live, filter, queries.getQueryData<TaskList>(queryKey)?.items.length ?? 0, signal),
    enabled: live !== null,
    // Rows are replaced one by one as updates come: comparing all of them again would only cost.
    structuralSharing: false,
    placeholderData: keepPreviousData,
    // To choose a filter again is to ask what matches now.
    refetchOnMount: isFiltering(filter) ? 'always' : true,
  });

  const more = useMutation({
    mutationFn: async ({ of, cursor }: { of: BoardFilter; cursor: string }) => {
      const started = live as Live;
      const page = await started.snapshot(() => listTasks(of, { cursor, limit: pageSize }));
      queries.setQueryData<TaskList>(['tasks', of], (list) =>
        // A list that was read anew meanwhile no longer ends where this page begins.
        list?.next_cursor === cursor ? appendPage(list, page, started.recent) : list,
      );
    },
  });

  return {
    query,
    list: query.data,
    loadingMore: more.isPending,
    moreFailed: more.isError,
    loadMore: () => {
      const cursor = query.data?.next_cursor;
      if (cursor && !more.isPending && !query.isPlaceholderData) more.mutate({ of: filter, cursor });
    },
    /** Puts what has arrived at the head of the list. */
    showNew: () => void queries.setQueryData<TaskList>(queryKey, (list) => list && showArrived(list)),
    /** Reads the list anew: what no longer matches goes, what came to match appears. */
    refresh: () => void query.refetch(),
  };
}

/** Reads the list as far down as it was known, so that reading it anew does not throw a person back to its top. */
async function readList(live: Live, filter: BoardFilter, known: number, signal: AbortSignal): Promise<TaskList> {
  const read = (cursor?: string) => live.snapshot(() => listTasks(filter, { cursor, limit: pageSize }, signal));
  const pages: TaskPage[] = [await read()];
  for (let cursor = pages[0]?.next_cursor; cursor && pages.length * pageSize < Math.min(known, mostRead);) {
    const page = await read(cursor);
    pages.push(page);
    cursor = page.next_cursor;
  }
  const last = pages.at(-1) as TaskPage;
  return firstPage({ ...last, items: pages.flatMap(({ items }) => items) }, live.recent, filter);
}
