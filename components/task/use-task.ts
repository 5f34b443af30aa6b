'use client';

import { useQuery } from '@tanstack/react-query';
import type { TaskWithTimeline } from '../../core/domain/api.ts';
import { isTerminal } from '../../core/domain/fold.ts';
import { useMe } from '../account/me.tsx';
import { findTask, listTasks } from '../api.ts';
import { everything } from '../board/filter.ts';
import { foldStory } from '../live/fold-task.ts';
import type { Live } from '../live/live.ts';
import { useLive } from '../live/use-live.ts';

const askAgainMs = 3000;

/** A task with its story, kept current by the live connection. */
export function useTask(id: string) {
  const live = useLive();
  const { id: me } = useMe();
  return useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) => readStory(live as Live, id, signal),
    enabled: live !== null,
    structuralSharing: false,
    // Of somebody else's picture the connection says nothing while it follows one's own.
    refetchInterval: ({ state: { data } }) =>
      data && data.user_id !== me && live?.scope() === 'mine' && !isTerminal(data.status) ? askAgainMs : false,
  });
}

/** Reads the story after the stream has begun, and tells it on with what was heard meanwhile. */
async function readStory(live: Live, id: string, signal: AbortSignal): Promise<TaskWithTimeline> {
  const story = await live.begun(
    () => listTasks(everything, { limit: 1 }),
    () => findTask(id, signal),
  );
  return live.recent.of(id).reduce(foldStory, story);
}
