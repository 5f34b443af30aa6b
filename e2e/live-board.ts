import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { everything } from '../components/board/filter.ts';
import { firstPage, type TaskList } from '../components/live/fold-list.ts';
import { startLive, type LiveState } from '../components/live/live.ts';
import { openSocket, type SocketEvents } from '../components/socket.ts';
import { TaskPage, type Task } from '#core/domain/api.ts';
import { asAdmin, ask } from './admin.ts';

/** A board that is open all the time: what a page keeps, by the page's own code, without the browser that shows it. */
export interface LiveBoard extends AsyncDisposable {
  /** The rows and what waits above them. */
  tasks(): Task[];
  state(): LiveState['word'];
}

/** Resolves once it is live. */
export async function openLiveBoard(url: string): Promise<LiveBoard> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: true, retryDelay: 250 } } });
  const atOnce = (work: () => void) => ({ schedule: work, cancel: () => {} });
  const connect = (events: SocketEvents) => openSocket(events, url, asAdmin);
  const live = startLive(queries, { scope: 'all', connect, inFrame: atOnce });
  const observer = new QueryObserver<TaskList>(queries, {
    queryKey: ['tasks', everything],
    queryFn: async () =>
      firstPage(await readAll((cursor) => live.snapshot(() => readPage(url, cursor))), live.recent, everything),
    structuralSharing: false,
    staleTime: Infinity,
  });
  const stopObserving = observer.subscribe(() => {});
  const board: LiveBoard = {
    tasks() {
      const { arrived = [], items = [] } = observer.getCurrentResult().data ?? {};
      return [...arrived, ...items];
    },
    state: () => live.state().word,
    async [Symbol.asyncDispose]() {
      stopObserving();
      live.close();
      queries.clear();
    },
  };
  const isLive = () => board.state() === 'live' && observer.getCurrentResult().isSuccess;
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!isLive()) return;
      forget();
      resolve();
    };
    const ends = [live.watch(look), observer.subscribe(look)];
    const forget = () => ends.forEach((end) => end());
    look();
  });
  return board;
}

async function readAll(read: (cursor: string | null) => Promise<TaskPage>): Promise<TaskPage> {
  let page = await read(null);
  const items = page.items;
  while (page.next_cursor !== null) {
    page = await read(page.next_cursor);
    items.push(...page.items);
  }
  return { ...page, items };
}

async function readPage(url: string, cursor: string | null): Promise<TaskPage> {
  const answer = await ask(`${url}/api/v1/tasks?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`);
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return TaskPage.parse(await answer.json());
}
