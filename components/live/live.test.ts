import { QueryClient } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import type { TaskPage } from '../../core/domain/api.ts';
import { everything } from '../board/filter.ts';
import { emptyList, type TaskList } from './fold-list.ts';
import { startLive } from './live.ts';
import { memorySocket } from './testing/socket.ts';
import { task, update } from './testing/updates.ts';

const key = ['tasks', everything];
const page = (position: string): TaskPage => ({ items: [], next_cursor: null, position });
const atOnce = (work: () => void) => ({ schedule: work, cancel: () => {} });

function start() {
  const queries = new QueryClient();
  queries.setQueryData<TaskList>(key, { ...emptyList(), items: [task('a')] });
  const socket = memorySocket();
  const live = startLive(queries, { scope: 'mine', connect: socket.connect, inFrame: atOnce });
  const status = () => queries.getQueryData<TaskList>(key)?.items[0]?.status;
  return { queries, live, status, ...socket };
}

const said = (position: string, ...updates: ReturnType<typeof update>[]) => ({
  scope: 'mine' as const,
  position,
  updates,
});

test('the first snapshot gives the position from which the stream starts', async () => {
  const { live, asked, server } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked.map(({ since }) => since)).toEqual(['p1']));
  expect(live.state().word).toBe('catching-up');
  asked[0]?.answer({ position: 'p1' });
  await vi.waitFor(() => expect(live.state().word).toBe('live'));
});

test('a second snapshot is read only after the first gave the position', async () => {
  const { live, server } = start();
  server().connected();
  const order: string[] = [];
  const first = Promise.withResolvers<TaskPage>();
  const one = live.snapshot(() => first.promise);
  const two = live.snapshot(async () => {
    order.push('second read');
    return page('p2');
  });
  order.push('first answered');
  first.resolve(page('p1'));
  await Promise.all([one, two]);
  expect(order).toEqual(['first answered', 'second read']);
});

test('updates fold into what the cache holds, and are kept for pages that come later', async () => {
  const { live, asked, server, status } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer({ position: 'p1' });
  await vi.waitFor(() => expect(live.state().word).toBe('live'));
  server().tasks(said('p2', update('a', 'running', 1)));
  expect(status()).toBe('running');
  expect(live.recent.of('a')).toHaveLength(1);
});

test('a connection that comes back goes on where it stopped, and says offline meanwhile', async () => {
  const { live, asked, server } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer({ position: 'p1' });
  await vi.waitFor(() => expect(live.state().word).toBe('live'));
  server().tasks(said('p5', update('a', 'running', 1)));
  server().disconnected();
  expect(live.state().word).toBe('offline');
  server().connected();
  await vi.waitFor(() => expect(asked.map(({ since }) => since)).toEqual(['p1', 'p5']));
});

test('words that come before the answer do not move the position', async () => {
  const { live, asked, server } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  server().tasks(said('p9', update('a', 'running', 1)));
  server().disconnected();
  server().connected();
  await vi.waitFor(() => expect(asked.map(({ since }) => since)).toEqual(['p1', 'p1']));
});

test('where the server no longer reaches back, everything is read anew from a new snapshot', async () => {
  const { live, asked, server, queries } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer({ resync: true });
  // Nobody looks at the list, so it is dropped rather than kept with a gap.
  await vi.waitFor(() => expect(queries.getQueryData(key)).toBeUndefined());
  await live.snapshot(async () => page('p7'));
  await vi.waitFor(() => expect(asked.map(({ since }) => since)).toEqual(['p1', 'p7']));
});

test('another scope is followed from a snapshot of its own, and late words of the one before are not heard', async () => {
  const { live, asked, left, server, queries } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer({ position: 'p1' });
  await vi.waitFor(() => expect(live.state().word).toBe('live'));
  live.follow('all');
  expect(left).toEqual(['mine']);
  await live.snapshot(async () => page('p7'));
  await vi.waitFor(() =>
    expect(asked.map(({ scope, since }) => [scope, since])).toEqual([
      ['mine', 'p1'],
      ['all', 'p7'],
    ]),
  );
  queries.setQueryData<TaskList>(key, { ...emptyList(), items: [task('a')] });
  server().tasks(said('p2', update('a', 'failed', 1)));
  expect(queries.getQueryData<TaskList>(key)?.items[0]?.status).toBe('queued');
  server().tasks({ ...said('p8', update('a', 'running', 1)), scope: 'all' });
  expect(queries.getQueryData<TaskList>(key)?.items[0]?.status).toBe('running');
});

test('what is still being read when everything begins anew is read again, and gives the new place', async () => {
  const { live, asked, server } = start();
  server().connected();
  await live.snapshot(async () => page('p1'));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const slow = Promise.withResolvers<TaskPage>();
  const reads = [slow.promise, Promise.resolve(page('p7'))];
  const second = live.snapshot(() => reads.shift() as Promise<TaskPage>);
  await vi.waitFor(() => expect(reads).toHaveLength(1));
  live.follow('all');
  slow.resolve(page('p2'));
  expect((await second).position).toBe('p7');
  await vi.waitFor(() => expect(asked.map(({ scope, since }) => [scope, since])).toContainEqual(['all', 'p7']));
});
