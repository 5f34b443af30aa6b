import { expect, test } from 'vitest';
import type { TaskPage } from '../../core/domain/api.ts';
import { everything, type BoardFilter } from '../board/filter.ts';
import { appendPage, emptyList, firstPage, foldList, mostWaiting, showArrived, type TaskList } from './fold-list.ts';
import { createRecent } from './recent.ts';
import { deleted, queued, task, update } from './testing/updates.ts';

const failed: BoardFilter = { ...everything, status: ['failed'] };
const page = (...items: TaskPage['items']): TaskPage => ({ items, next_cursor: null, position: 'p' });
const listOf = (...items: TaskPage['items']): TaskList => ({ ...emptyList(), items });
const ids = (tasks: { id: string }[]) => tasks.map(({ id }) => id);

test('an update changes its row where it stands and leaves the other rows the same objects', () => {
  const before = listOf(task('b', 2), task('a', 1));
  const after = foldList(before, [update('a', 'running', 3)], everything);
  expect(after.items.map(({ status }) => status)).toEqual(['queued', 'running']);
  expect(after.items[0]).toBe(before.items[0]);
});

test('what is said twice changes nothing the second time', () => {
  const once = foldList(listOf(task('a')), [update('a', 'done', 3)], everything);
  expect(foldList(once, [update('a', 'done', 3), update('a', 'running', 2)], everything)).toBe(once);
});

test('derivatives that arrive live have addresses', () => {
  const derivatives = [{ name: 'small', format: 'webp', width: 256, height: 192, bytes: 10 }];
  const progress = update('a', 'running', 3, { changes: { status: 'running', derivatives } });
  const { items } = foldList(listOf(task('a')), [progress], everything);
  expect(items[0]?.derivatives[0]?.url).toBe('/api/v1/images/image-a/derivatives/small');
});

test('a new task waits, newest first, until it is shown, and is kept current meanwhile', () => {
  const updates = [queued('b', 2), queued('c', 3), update('b', 'running', 4)];
  const waiting = foldList(listOf(task('a', 1)), updates, everything);
  expect(ids(waiting.items)).toEqual(['a']);
  expect(ids(waiting.arrived)).toEqual(['c', 'b']);
  expect(waiting.arrived[1]?.status).toBe('running');
  expect(ids(showArrived(waiting).items)).toEqual(['c', 'b', 'a']);
});

test('a row that no longer matches the filter stays', () => {
  const list = listOf(task('a', 1, { status: 'failed' }));
  const again = update('a', 'queued', 5, { run: 2 });
  expect(ids(foldList(list, [again], failed).items)).toEqual(['a']);
});

test('an older task that comes to match a status is counted, and no longer once it changes again', () => {
  const list = foldList(listOf(task('a', 1, { status: 'failed' })), [update('old', 'failed', 5)], failed);
  expect(list.unseen).toEqual(['old']);
  expect(foldList(list, [update('old', 'queued', 6, { run: 2 })], failed).unseen).toEqual([]);
});

test('a new task that does not match the filter does not wait', () => {
  expect(foldList(emptyList(), [queued('b', 2)], failed).arrived).toEqual([]);
  expect(foldList(emptyList(), [queued('b', 2)], { ...everything, q: 'other' }).arrived).toEqual([]);
});

test('a deleted task is gone, from the rows and from what waits', () => {
  const list = foldList(listOf(task('a')), [queued('b', 2)], everything);
  const after = foldList(list, [deleted('a', 3), deleted('b', 3)], everything);
  expect(after).toMatchObject({ items: [], arrived: [] });
});

test('what waits is bounded', () => {
  const many = Array.from({ length: mostWaiting + 5 }, (_, n) => queued(`t${n}`, n));
  const list = foldList(emptyList(), many, everything);
  expect(list.arrived).toHaveLength(mostWaiting);
  expect(list.unseen).toHaveLength(5);
});

test('a first page is brought up to what was heard while it was read', () => {
  const recent = createRecent(100);
  recent.add([queued('new', 9), update('a', 'done', 8), deleted('gone', 8)]);
  const list = firstPage(page(task('gone', 2), task('a', 1)), recent, everything);
  expect(list.items).toMatchObject([{ id: 'a', status: 'done' }]);
  expect(ids(list.arrived)).toEqual(['new']);
});

test('a task further down than the first page is not taken for a new one', () => {
  const recent = createRecent(100);
  recent.add([queued('deep', 1)]);
  expect(firstPage(page(task('top', 5)), recent, everything).arrived).toEqual([]);
});

test('a later page is folded with what the client has kept, and repeats no row', () => {
  const recent = createRecent(100);
  recent.add([update('old', 'done', 9), deleted('gone', 9)]);
  const list = appendPage(listOf(task('a', 5)), page(task('a', 5), task('old', 1), task('gone', 1)), recent);
  expect(list.items).toMatchObject([
    { id: 'a', status: 'queued' },
    { id: 'old', status: 'done' },
  ]);
});

test('nobody but the owner ends or deletes a task', () => {
  const list = listOf(task('a'));
  const forged = [update('a', 'failed', 3), deleted('a', 4)].map((said) => ({ ...said, user_id: 'mallory' }));
  expect(foldList(list, forged, everything)).toBe(list);
});
