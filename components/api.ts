import type { StatsSeries, StatsSummary, Task, TaskPage, TaskWithTimeline, Worker } from '../core/domain/api.ts';
import type {
  ApiKey,
  ApiKeyAnswer,
  Entrance,
  Invitation,
  Me,
  NewApiKey,
  NewPerson,
  Person,
  PersonAnswer,
  PersonChange,
  PersonPage,
  Session,
  SetUp,
} from '../core/domain/people.ts';
import { goToSignIn, stayDuring } from './account/go-to-sign-in.ts';
import type { BoardFilter } from './board/filter.ts';

/**
 * The only caller of the API. Every function rejects with a `RequestError`; where nobody is signed in any more, the page
 * also leaves for the sign-in.
 */

/** Why a request was refused, in the server's words; `status` 0 where no server answered. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  /** When the same may be asked again, where the server said. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, code: string, detail: string, retryAfterSeconds: number | null = null) {
    super(detail);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const base = '/api/v1';
const authBase = '/api/auth';
export const uploadsPath = `${base}/uploads`;
export const imagesPath = `${base}/images`;

/** What a refusal's body says, or a plain sentence for its status where the body is not a problem. */
export function problemOf(status: number, body: string, retryAfter: string | null = null): RequestError {
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  try {
    const { code, detail } = JSON.parse(body) as { code?: unknown; detail?: unknown };
    if (typeof code === 'string' && typeof detail === 'string') return new RequestError(status, code, detail, seconds);
  } catch {
    // Not JSON: a proxy or a dying server answered.
  }
  return new RequestError(status, 'unexpected_answer', `The server answered ${status} and did not say why.`, seconds);
}

interface Options {
  method?: 'POST' | 'PATCH' | 'DELETE';
  body?: object;
  signal?: AbortSignal | undefined;
}

async function request<T>(path: string, options: Options = {}): Promise<T> {
  const { method = 'GET', body, signal = null } = options;
  const response = await fetch(path, {
    method,
    signal,
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new RequestError(0, 'unreachable', 'The server cannot be reached.');
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  const problem = problemOf(response.status, text, response.headers.get('retry-after'));
  if (problem.code === 'unauthenticated') goToSignIn();
  throw problem;
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
  if (filter.mine) query.set('scope', 'mine');
  if (page.cursor) query.set('cursor', page.cursor);
  return request(`${base}/tasks?${query}`, { signal });
}

export function findTask(id: string, signal?: AbortSignal): Promise<TaskWithTimeline> {
  return request(`${base}/tasks/${encodeURIComponent(id)}`, { signal });
}

export function retryTask(id: string): Promise<Task> {
  return request(`${base}/tasks/${id}/retry`, { method: 'POST' });
}

export function cancelTask(id: string): Promise<unknown> {
  return request(`${base}/tasks/${id}/cancel`, { method: 'POST' });
}

export function deleteImage(id: string): Promise<unknown> {
  return request(`${base}/images/${id}`, { method: 'DELETE' });
}

export function readSummary(signal?: AbortSignal): Promise<StatsSummary> {
  return request(`${base}/stats/summary`, { signal });
}

export function readSeries(
  range: { metrics: readonly string[]; from: string; to: string; step: number },
  signal?: AbortSignal,
): Promise<StatsSeries> {
  const { metrics, from, to, step } = range;
  const query = new URLSearchParams({ metric: metrics.join(','), from, to, step: String(step) });
  return request(`${base}/stats/series?${query}`, { signal });
}

export async function listWorkers(signal?: AbortSignal): Promise<Worker[]> {
  const { items } = await request<{ items: Worker[] }>(`${base}/workers`, { signal });
  return items;
}

/** What the page for signing in offers. */
export function readEntrance(signal?: AbortSignal): Promise<Entrance> {
  return request(`${base}/entrance`, { signal });
}

export function signIn(who: { email: string; password: string }): Promise<unknown> {
  return request(`${authBase}/sign-in/email`, { method: 'POST', body: who });
}

/** Where single sign-on goes on; it leads back to `callbackURL`. */
export function startSingleSignOn(callbackURL: string): Promise<{ url: string }> {
  return request(`${authBase}/sign-in/social`, { method: 'POST', body: { provider: 'oidc', callbackURL } });
}

export function signOut(): Promise<unknown> {
  return request(`${authBase}/sign-out`, { method: 'POST', body: {} });
}

/** Makes the first admin. */
export function setUp(first: SetUp): Promise<unknown> {
  return request(`${base}/set-up`, { method: 'POST', body: first });
}

/** Answers the same whether there is such a person or not. */
export function requestPasswordReset(email: string): Promise<unknown> {
  return request(`${authBase}/request-password-reset`, { method: 'POST', body: { email } });
}

export function resetPassword(newPassword: string, token: string): Promise<unknown> {
  return request(`${authBase}/reset-password`, { method: 'POST', body: { newPassword, token } });
}

/** Where it signs out elsewhere, it also puts a new session in the place of this one. */
export function changePassword(change: {
  currentPassword: string;
  newPassword: string;
  revokeOtherSessions: boolean;
}): Promise<unknown> {
  return stayDuring(() => request(`${authBase}/change-password`, { method: 'POST', body: change }));
}

export function readMe(signal?: AbortSignal): Promise<Me> {
  return request(`${base}/me`, { signal });
}

export async function listSessions(signal?: AbortSignal): Promise<Session[]> {
  const { items } = await request<{ items: Session[] }>(`${base}/sessions`, { signal });
  return items;
}

export function endSession(id: string): Promise<unknown> {
  return request(`${base}/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export function endOtherSessions(): Promise<unknown> {
  return request(`${base}/sessions`, { method: 'DELETE' });
}

export async function listKeys(signal?: AbortSignal): Promise<ApiKey[]> {
  const { items } = await request<{ items: ApiKey[] }>(`${base}/keys`, { signal });
  return items;
}

export function createKey(key: NewApiKey): Promise<ApiKeyAnswer> {
  return request(`${base}/keys`, { method: 'POST', body: key });
}

export function revokeKey(id: string): Promise<unknown> {
  return request(`${base}/keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** One page of the people whose name or email contains `q`. */
export function listPeople(
  { q, cursor, limit }: { q: string; cursor: string | null; limit: number },
  signal?: AbortSignal,
): Promise<PersonPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (q) query.set('q', q);
  if (cursor) query.set('cursor', cursor);
  return request(`${base}/people?${query}`, { signal });
}

export function addPerson(person: NewPerson): Promise<PersonAnswer> {
  return request(`${base}/people`, { method: 'POST', body: person });
}

export function changePerson(id: string, change: PersonChange): Promise<Person> {
  return request(`${base}/people/${encodeURIComponent(id)}`, { method: 'PATCH', body: change });
}

export function deletePerson(id: string): Promise<unknown> {
  return request(`${base}/people/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Ends every session and key of a person. */
export function signOutPerson(id: string): Promise<unknown> {
  return request(`${base}/people/${encodeURIComponent(id)}/sessions`, { method: 'DELETE' });
}

/** A new link for this person to choose a password by; the one before no longer works. */
export function renewInvitation(id: string): Promise<Invitation> {
  return request(`${base}/people/${encodeURIComponent(id)}/invitation`, { method: 'POST' });
}
