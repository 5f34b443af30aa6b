import type { QueryClient } from '@tanstack/react-query';
import type { TaskPage, TaskWithTimeline } from '../../core/domain/api.ts';
import type { TaskUpdate } from '../../core/domain/events.ts';
import { goToSignIn } from '../account/go-to-sign-in.ts';
import type { BoardFilter } from '../board/filter.ts';
import { openSocket, type LiveSocket, type SocketEvents } from '../socket.ts';
import { foldList, type TaskList } from './fold-list.ts';
import { foldStory } from './fold-task.ts';
import { nextFrame } from './next-frame.ts';
import { createRecent, type Recent } from './recent.ts';

export type LiveState = { word: 'live' | 'catching-up' } | { word: 'offline'; since: number };

/**
 * Keeps what the query cache holds in step with the log. The first snapshot that any part of the page reads gives the
 * position from which the one subscription starts; whatever is read later is read after that, and is folded with all that
 * was heard since (`recent`): so nothing falls between a snapshot and the stream.
 */
export interface Live {
  readonly recent: Recent;
  /** Whose tasks it keeps in step. */
  scope: () => LiveScope;
  /** Keeps the tasks of this scope in step from now on: what the cache holds is read anew. */
  follow(scope: LiveScope): void;
  /** Reads a page of tasks, in order with the stream. */
  snapshot: (read: () => Promise<TaskPage>) => Promise<TaskPage>;
  /** Reads something else, in order with the stream, which begins at this page where nothing gave it a place before. */
  begun: <T>(page: () => Promise<TaskPage>, read: () => Promise<T>) => Promise<T>;
  state: () => LiveState;
  /** Calls back at every change of `state()`; returns the function that ends it. */
  watch: (changed: () => void) => () => void;
  close(): void;
}

export type LiveScope = 'mine' | 'all';

type Connect = (events: SocketEvents) => LiveSocket;

interface LiveOptions {
  scope: LiveScope;
  /** How it connects, and when it folds; the browser's ways unless told. */
  connect?: Connect;
  inFrame?: typeof nextFrame;
}

/** Connects and keeps the cache in step until it is closed. */
export function startLive(queries: QueryClient, options: LiveOptions): Live {
  const { connect = openSocket, inFrame = nextFrame } = options;
  let { scope } = options;
  const recent = createRecent(20_000);
  const watchers = new Set<() => void>();
  let state: LiveState = { word: 'catching-up' };
  let connected = false;
  let subscribed = false;
  let closed = false;
  /** Of the last update folded; where a broken connection goes on. */
  let position: string | null = null;
  let beginning: Promise<unknown> | null = null;
  /** Counts restarts, so that a snapshot meant for an earlier start is not taken. */
  let epoch = 0;
  let heard: TaskUpdate[] = [];
  /** Counts subscriptions, so that an answer to an earlier one is dropped. */
  let asked = 0;
  /** Subscriptions refused one after the other. */
  let refusals = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  const become = (next: LiveState) => {
    if (next.word === state.word) return;
    state = next;
    for (const changed of watchers) changed();
  };

  const flush = inFrame(() => {
    const updates = heard;
    heard = [];
    recent.add(updates);
    foldIntoCache(queries, updates);
  });

  const restart = () => {
    clearTimeout(again);
    epoch += 1;
    position = null;
    beginning = null;
    subscribed = false;
    heard = [];
    recent.clear();
    if (connected) become({ word: 'catching-up' });
    const ofTasks = ({ queryKey }: { queryKey: readonly unknown[] }) =>
      queryKey[0] === 'tasks' || queryKey[0] === 'task';
    queries.removeQueries({ type: 'inactive', predicate: ofTasks });
    void queries.invalidateQueries({ predicate: ofTasks });
    void subscribe();
  };

  const subscribe = async () => {
    asked += 1;
    const mine = asked;
    if (!connected) return;
    if (position === null) return become({ word: beginning ? 'catching-up' : 'live' });
    become({ word: 'catching-up' });
    const answer = await socket.subscribe(scope, position).catch(() => null);
    if (mine !== asked || closed || !connected) return;
    if (answer === null || !('position' in answer)) {
      // The first time at once; a server that goes on refusing is asked less and less often.
      again = setTimeout(restart, refusals === 0 ? 0 : Math.min(10_000, 250 * 2 ** refusals));
      refusals += 1;
      return;
    }
    refusals = 0;
    subscribed = true;
    become({ word: 'live' });
  };

  const socket = connect({
    connected() {
      connected = true;
      void subscribe();
      void queries.refetchQueries({ predicate: (query) => query.state.status === 'error' });
    },
    disconnected() {
      connected = false;
      subscribed = false;
      if (state.word !== 'offline') become({ word: 'offline', since: Date.now() });
    },
    signedOut: goToSignIn,
    tasks(event) {
      // What was sent before the scope changed may come after.
      if (position === null || event.scope !== scope) return;
      // Before the answer to `subscribe`, words of an earlier subscription may still be on their way.
      if (subscribed) position = event.position;
      heard.push(...event.updates);
      flush.schedule();
    },
    resync(event) {
      if (event.scope === scope) restart();
    },
    stats: (summary) => queries.setQueryData(['summary'], summary),
    workers: (workers) => queries.setQueryData(['workers'], workers),
  });

  const begin = async (read: () => Promise<TaskPage>): Promise<TaskPage> => {
    const mine = epoch;
    const first = read();
    beginning = first;
    try {
      const page = await first;
      if (mine === epoch) {
        position = page.position;
        void subscribe();
      }
      return page;
    } catch (error) {
      if (mine === epoch) beginning = null;
      throw error;
    }
  };

  /** What was read for an earlier start may lack what this one never hears of: it is read again. */
  const inThisStart = async <T>(read: () => Promise<T>): Promise<T> => {
    const mine = epoch;
    const found = await read();
    return mine === epoch ? found : inThisStart(read);
  };
  const snapshot = (read: () => Promise<TaskPage>) =>
    inThisStart(() => (beginning ? beginning.then(read) : begin(read)));
  const begun = <T>(page: () => Promise<TaskPage>, read: () => Promise<T>) =>
    inThisStart(async () => {
      await (beginning ?? begin(page));
      return read();
    });

  return {
    recent,
    scope: () => scope,
    follow(next) {
      if (next === scope) return;
      if (connected) socket.unsubscribe(scope);
      scope = next;
      restart();
    },
    snapshot,
    begun,
    state: () => state,
    watch(changed) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    close() {
      closed = true;
      flush.cancel();
      clearTimeout(again);
      socket.close();
    },
  };
}

/** Folds updates into every list and story that the cache holds. */
function foldIntoCache(queries: QueryClient, updates: readonly TaskUpdate[]): void {
  for (const query of queries.getQueryCache().findAll({ queryKey: ['tasks'] })) {
    const filter = query.queryKey[1] as BoardFilter;
    queries.setQueryData<TaskList>(query.queryKey, (list) => list && foldList(list, updates, filter));
  }
  for (const query of queries.getQueryCache().findAll({ queryKey: ['task'] })) {
    const of = updates.filter(({ task_id }) => task_id === query.queryKey[1]);
    if (of.length === 0) continue;
    queries.setQueryData<TaskWithTimeline>(query.queryKey, (story) => story && of.reduce(foldStory, story));
    if (of.some(({ type }) => type === 'task.deleted')) void queries.invalidateQueries({ queryKey: query.queryKey });
  }
}
