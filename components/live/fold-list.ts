import type { Task, TaskPage } from '../../core/domain/api.ts';
import type { TaskUpdate } from '../../core/domain/events.ts';
import { matches, type BoardFilter } from '../board/filter.ts';
import { foldTask, taskOf } from './fold-task.ts';
import type { Recent } from './recent.ts';

/**
 * A list of the board, as the query cache holds it. What it guarantees:
 *
 * 1. An update changes a row where it stands: rows never move, and one that no longer matches the filter stays until the
 *    list is read again.
 * 2. What is new waits in `arrived`, or in `unseen` where the page knows only its id, until it is shown.
 * 3. A deleted task is gone from all three.
 */
export interface TaskList {
  items: Task[];
  next_cursor: string | null;
  /** New tasks that match, newest first. */
  arrived: Task[];
  /** Ids of older tasks that came to match; to see them the list is read again. */
  unseen: string[];
}

/** More than this waiting is not kept one by one. */
export const mostWaiting = 1000;

export function emptyList(): TaskList {
  return { items: [], next_cursor: null, arrived: [], unseen: [] };
}

/** Folds updates, in the order of the log. The same object where nothing changes. */
export function foldList(list: TaskList, updates: readonly TaskUpdate[], filter: BoardFilter): TaskList {
  const rows = indexOf(list.items);
  const items = [...list.items];
  let touched = false;
  let { arrived, unseen } = list;
  const deleted = new Set<string>();

  for (const update of updates) {
    const id = update.task_id;
    const row = rows.get(id);
    const before = row === undefined ? undefined : items[row];
    if (update.type === 'task.deleted') {
      if (before === undefined || before.user_id === update.user_id) deleted.add(id);
    } else if (row !== undefined && before !== undefined) {
      const after = foldTask(before, update);
      if (after !== before) [items[row], touched] = [after, true];
    } else {
      [arrived, unseen] = foldWaiting(arrived, unseen, update, filter);
    }
  }

  if (deleted.size > 0) {
    const stays = (id: string) => !deleted.has(id);
    return {
      ...list,
      items: items.filter(({ id }) => stays(id)),
      arrived: arrived.filter(({ id }) => stays(id)),
      unseen: unseen.filter(stays),
    };
  }
  if (touched) indexes.set(items, rows);
  if (!touched && arrived === list.arrived && unseen === list.unseen) return list;
  return { ...list, items: touched ? items : list.items, arrived, unseen };
}

function foldWaiting(arrived: Task[], unseen: string[], update: TaskUpdate, filter: BoardFilter): [Task[], string[]] {
  const id = update.task_id;
  const waiting = arrived.findIndex((task) => task.id === id);
  if (waiting >= 0) {
    const after = foldTask(arrived[waiting] as Task, update);
    if (after === arrived[waiting]) return [arrived, unseen];
    return [matches(filter, after) ? arrived.with(waiting, after) : arrived.toSpliced(waiting, 1), unseen];
  }
  const seed = taskOf(update);
  if (seed && matches(filter, seed)) {
    if (arrived.length < mostWaiting) return [[seed, ...arrived], unseen];
    return [arrived, withUnseen(unseen, id)];
  }
  return [arrived, cameToMatch(update, filter) ? withUnseen(unseen, id) : withoutUnseen(unseen, id, update)];
}

/** Whether a task the page knows nothing of belongs in the list now, as far as its update tells. */
function cameToMatch(update: TaskUpdate, filter: BoardFilter): boolean {
  const { status } = update.changes;
  if (filter.status.length === 0 || filter.q !== '' || filter.format !== '') return false;
  if (filter.batch !== '' && filter.batch !== update.batch) return false;
  return status !== undefined && filter.status.includes(status);
}

function withUnseen(unseen: string[], id: string): string[] {
  return unseen.includes(id) || unseen.length >= mostWaiting ? unseen : [...unseen, id];
}

function withoutUnseen(unseen: string[], id: string, update: TaskUpdate): string[] {
  return update.changes.status && unseen.includes(id) ? unseen.filter((each) => each !== id) : unseen;
}

/** The first page of a list, brought up to what has been heard while it was read. */
export function firstPage(page: TaskPage, recent: Recent, filter: BoardFilter): TaskList {
  const list = { ...emptyList(), items: page.items, next_cursor: page.next_cursor };
  const newest = page.items[0]?.created_at ?? '';
  const rows = indexOf(page.items);
  // An older task that the page does not name is further down, not new.
  const told = recent.all().filter((update) => {
    if (rows.has(update.task_id)) return true;
    const first = recent.of(update.task_id).find(({ changes }) => changes.task !== undefined);
    return first?.changes.task !== undefined && first.changes.task.created_at >= newest;
  });
  // What came to match before the page was read is on it, or further down.
  return { ...foldList(list, told, filter), unseen: [] };
}

/** The list with a further page at its end. */
export function appendPage(list: TaskList, page: TaskPage, recent: Recent): TaskList {
  const rows = indexOf(list.items);
  const arrived = new Set(list.arrived.map(({ id }) => id));
  const more: Task[] = [];
  for (const item of page.items) {
    if (rows.has(item.id) || arrived.has(item.id)) continue;
    const heard = recent.of(item.id);
    if (heard.some(({ type }) => type === 'task.deleted')) continue;
    more.push(heard.reduce<Task>(foldTask, item));
  }
  return { ...list, items: [...list.items, ...more], next_cursor: page.next_cursor };
}

/** The list with what had arrived at its head. */
export function showArrived(list: TaskList): TaskList {
  return list.arrived.length === 0 ? list : { ...list, items: [...list.arrived, ...list.items], arrived: [] };
}

const indexes = new WeakMap<readonly Task[], Map<string, number>>();

/** Where each task stands. Kept from one fold to the next: a list of 100,000 rows is indexed once, not at every update. */
function indexOf(items: readonly Task[]): Map<string, number> {
  let index = indexes.get(items);
  if (!index) {
    index = new Map(items.map(({ id }, position) => [id, position]));
    indexes.set(items, index);
  }
  return index;
}
