import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestError } from '../api.ts';
import { createUploadQueue } from './queue.ts';
import { chosen, handTransfers, memoryKept } from './testing/parts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(kept = memoryKept()) {
  const transfers = handTransfers();
  const queue = createUploadQueue({ transfer: transfers.transfer, kept, now: () => Date.now() });
  /** What the page shows once the queue has painted. */
  const seen = async () => {
    await vi.advanceTimersByTimeAsync(200);
    return queue.view();
  };
  return { queue, kept, seen, ...transfers };
}

test('four files are sent at a time, the next when one is done', async () => {
  const { queue, started, seen } = open();
  queue.add(['a', 'b', 'c', 'd', 'e'].map((name) => chosen(name)));
  expect(started.map(({ entry }) => entry.name)).toEqual(['a', 'b', 'c', 'd']);
  started[0]?.events.done('task-1');
  expect(started[4]?.entry.name).toBe('e');
  expect((await seen()).totals).toMatchObject({ files: 5, sent: 1, open: 4 });
});

test('all files of one drop carry the same batch', () => {
  const { queue, started } = open();
  queue.add([chosen('a'), chosen('b')]);
  queue.add([chosen('c')]);
  const [a, b, c] = started.map(({ entry }) => entry.batch);
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

test('however much progress there is, the page is told at most ten times a second', async () => {
  const { queue, started } = open();
  queue.add([chosen('a', 1000)]);
  let told = 0;
  queue.watch(() => (told += 1));
  for (let sent = 0; sent < 1000; sent += 1) {
    started[0]?.events.progress(sent);
    if (sent % 10 === 0) await vi.advanceTimersByTimeAsync(10);
  }
  expect(told).toBeLessThanOrEqual(11);
});

test('a refused file says why, holds nobody up and is not sent again', async () => {
  const { queue, started, seen } = open();
  queue.add([chosen('notes.txt')]);
  started[0]?.events.failed(new RequestError(415, 'unsupported_format', 'This looks like a text file.'));
  const { shown, totals } = await seen();
  expect(shown[0]).toMatchObject({ state: 'refused', problem: { detail: 'This looks like a text file.' } });
  expect(totals).toMatchObject({ open: 0, problems: 1 });
  queue.retryStopped();
  expect(started).toHaveLength(1);
});

test('a file whose sender was signed out is kept, and goes on where it was after a sign-in', async () => {
  const { queue, kept, started, seen } = open();
  queue.add([chosen('a')]);
  await seen();
  started[0]?.events.placed('/api/v1/uploads/1');
  started[0]?.events.failed(new RequestError(401, 'unauthenticated', 'Sign in.'));
  expect((await seen()).shown[0]).toMatchObject({ state: 'stopped', problem: { code: 'unauthenticated' } });
  const after = open(kept);
  await after.queue.restore();
  expect(after.started[0]?.entry).toMatchObject({ name: 'a', url: '/api/v1/uploads/1' });
});

test('a server that is too busy refuses no file', async () => {
  const { queue, started, seen } = open();
  queue.add([chosen('a')]);
  started[0]?.events.failed(new RequestError(429, 'too_many_uploads', 'Too many uploads at once.'));
  expect((await seen()).shown[0]).toMatchObject({ state: 'stopped' });
});

test('a file that stopped for want of a connection goes on where it was', async () => {
  const { queue, started } = open();
  queue.add([chosen('a')]);
  started[0]?.events.placed('/api/v1/uploads/1');
  started[0]?.events.failed(new RequestError(0, 'unreachable', 'The connection broke.'));
  queue.retryStopped();
  expect(started[1]?.entry).toMatchObject({ name: 'a', url: '/api/v1/uploads/1' });
});

test('cancelling stops the transfer, discards what the server has, and lets the next one go', async () => {
  const { queue, started, seen, kept } = open();
  queue.add(['a', 'b', 'c', 'd', 'e'].map((name) => chosen(name)));
  queue.cancel(started[0]?.entry.id ?? '');
  expect(started[0]?.stopped).toEqual({ discard: true });
  expect(started[4]?.entry.name).toBe('e');
  started[0]?.events.done('late');
  expect((await seen()).totals.files).toBe(4);
  expect(kept.rows.size).toBe(4);
});

test('after a reload the files that were not sent go on, at the place they had', async () => {
  const before = open();
  before.queue.add([chosen('a'), chosen('b')]);
  await before.seen();
  before.started[0]?.events.placed('/api/v1/uploads/1');
  before.started[1]?.events.done('task-b');
  before.queue.close();

  const after = open(before.kept);
  await after.queue.restore();
  expect(after.started.map(({ entry }) => [entry.name, entry.url])).toEqual([['a', '/api/v1/uploads/1']]);
});

test('a file whose bytes were not kept is missing until it is chosen again, and then resumes', async () => {
  const before = open(memoryKept({ withBytes: false }));
  before.queue.add([chosen('huge')]);
  expect((await before.seen()).survivesReload).toBe(false);
  before.started[0]?.events.placed('/api/v1/uploads/1');

  const after = open(before.kept);
  await after.queue.restore();
  expect((await after.seen()).shown[0]).toMatchObject({ state: 'missing' });
  after.queue.add([chosen('huge')]);
  expect(after.started[0]?.entry.url).toBe('/api/v1/uploads/1');
});

test('clearing takes off what was sent or refused and nothing else', async () => {
  const { queue, started, seen } = open();
  queue.add([chosen('a'), chosen('b'), chosen('c')]);
  started[0]?.events.done('task');
  started[1]?.events.failed(new RequestError(413, 'file_too_large', 'Too large.'));
  queue.clearFinished();
  expect((await seen()).shown.map(({ name }) => name)).toEqual(['c']);
});
