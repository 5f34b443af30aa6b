import type { Task } from '../../core/domain/api.ts';
import { taskStatuses } from '../../core/domain/fold.ts';
import type { TaskStatus } from '../../core/domain/task.ts';

/** What the board shows. Lives in the address, so that a view can be linked, reloaded and gone back to. */
export interface BoardFilter {
  status: TaskStatus[];
  q: string;
  format: string;
  batch: string;
  /** Only one's own, for who may see those of everybody. */
  mine: boolean;
}

export const everything: BoardFilter = { status: [], q: '', format: '', batch: '', mine: false };

/** Reads the filter from an address; what it does not know is ignored. */
export function filterFrom(query: { get(name: string): string | null }): BoardFilter {
  const wanted = (query.get('status') ?? '').split(',');
  return {
    status: taskStatuses.filter((status) => wanted.includes(status)),
    q: query.get('q')?.trim() ?? '',
    format: query.get('format') ?? '',
    batch: query.get('batch') ?? '',
    mine: query.get('scope') === 'mine',
  };
}

/** The address of the board with this filter and, where one is open, this task's panel. */
export function addressOf(filter: BoardFilter, task: string | null = null): string {
  const query = new URLSearchParams();
  if (filter.status.length > 0) query.set('status', filter.status.join(','));
  for (const name of ['q', 'format', 'batch'] as const) if (filter[name]) query.set(name, filter[name]);
  if (filter.mine) query.set('scope', 'mine');
  if (task) query.set('task', task);
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? '/' : `/?${text}`;
}

export function isFiltering(filter: BoardFilter): boolean {
  return filter.status.length > 0 || filter.q !== '' || filter.format !== '' || filter.batch !== '' || filter.mine;
}

/** Whether a task belongs in the filtered list, as the server would say. Whose it is, the subscription sees to. */
export function matches(filter: BoardFilter, task: Pick<Task, 'status' | 'filename' | 'format' | 'batch'>): boolean {
  if (filter.status.length > 0 && !filter.status.includes(task.status)) return false;
  if (filter.format && task.format !== filter.format) return false;
  if (filter.batch && task.batch !== filter.batch) return false;
  return task.filename.toLowerCase().includes(filter.q.toLowerCase());
}

/** The same filter with this status switched on or off; all of them on is the same as none. */
export function toggleStatus(filter: BoardFilter, status: TaskStatus): BoardFilter {
  const next = taskStatuses.filter((each) => filter.status.includes(each) !== (each === status));
  return { ...filter, status: next.length === taskStatuses.length ? [] : next };
}
