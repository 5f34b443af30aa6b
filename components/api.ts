import type { StatsSeries, StatsSummary, Task, TaskPage, TaskWithTimeline, Worker } from '../core/domain/api.ts';
import type { BoardFilter } from './board/filter.ts';

/** The only caller of `/api/v1`. Every function rejects with a `RequestError`. */

/** Why a request was refused, in the server's words; `status` 0 where no server answered. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
  }
}

const base = '/api/v1';
export const uploadsPath = `${base}/uploads`;
export const imagesPath = `${base}/images`;

/** What a refusal's body says, or a plain sentence for its status where the body is not a problem. */
export function problemOf(status: number, body: string): RequestError {
  try {
    const { code, detail } = JSON.parse(body) as { code?: unknown; detail?: unknown };
    if (typeof code === 'string' && typeof detail === 'string') return new RequestError(status, code, detail);
  } catch {
    // Not JSON: a proxy or a dying server answered.
  }
  return new RequestError(status, 'unexpected_answer', `The server answered ${status} and did not say why.`);
}

async function request<T>(path: string, options: RequestInit = {}): Promise<T> {
  const response = await fetch(base + path, {
    ...options,
    headers: { accept: 'application/json' },
  }).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause;
    throw new RequestError(0, 'unreachable', 'The server cannot be reached.');
  });
  const body = await response.text();
  if (!response.ok) throw problemOf(response.status, body);
  return (body === '' ? undefined : JSON.parse(body)) as T;
}

/** One page of the tasks that match, newest first. */
export function listTasks(
  filter: BoardFilter,
  page: { cursor?: string; limit: number },
  signal?: AbortSignal,
): Promise<TaskPage> {
  const query = new URLSearchParams({ limit: String(page.limit) });
  if (filter.status.length > 0) query.set('status', filter.status.join(','));
  for (const name of ['q', 'format', 'batch'] as const) if (filter[name]) query.set(name, filter[name]);
  if (page.cursor) query.set('cursor', page.cursor);
  return request(`/tasks?${query}`, { signal });
}

export function findTask(id: string, signal?: AbortSignal): Promise<TaskWithTimeline> {
  return request(`/tasks/${encodeURIComponent(id)}`, { signal });
}

export function retryTask(id: string): Promise<Task> {
  return request(`/tasks/${id}/retry`, { method: 'POST' });
}

export function cancelTask(id: string): Promise<unknown> {
  return request(`/tasks/${id}/cancel`, { method: 'POST' });
}

export function deleteImage(id: string): Promise<unknown> {
  return request(`/images/${id}`, { method: 'DELETE' });
}

export function readSummary(signal?: AbortSignal): Promise<StatsSummary> {
  return request('/stats/summary', { signal });
}

export function readSeries(
  range: { metrics: readonly string[]; from: string; to: string; step: number },
  signal?: AbortSignal,
): Promise<StatsSeries> {
  const { metrics, from, to, step } = range;
  const query = new URLSearchParams({ metric: metrics.join(','), from, to, step: String(step) });
  return request(`/stats/series?${query}`, { signal });
}

export async function listWorkers(signal?: AbortSignal): Promise<Worker[]> {
  const { items } = await request<{ items: Worker[] }>('/workers', { signal });
  return items;
}
