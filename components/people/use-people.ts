'use client';

import { useInfiniteQuery, useQueryClient, keepPreviousData } from '@tanstack/react-query';
import { listPeople } from '../api.ts';

const pageSize = 50;

/** The people whose name or email contains `q`, a page at a time. */
export function usePeople(q: string) {
  return useInfiniteQuery({
    queryKey: ['people', q],
    queryFn: ({ pageParam, signal }) => listPeople({ q, cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
    refetchOnMount: 'always',
  });
}

/** Reads every list of people anew. */
export function usePeopleReadAnew(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['people'] });
}
