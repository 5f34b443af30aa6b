import type { TaskUpdate } from './events.ts';
import type { Derivative, TaskState, TaskStatus } from './task.ts';

/** The state machine, apart from the schemas: the page folds updates and needs no validator for that. */

export const taskStatuses = ['queued', 'running', 'retrying', 'done', 'failed', 'cancelled'] as const;

export function isTerminal(status: TaskStatus): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/** How far a status is within one attempt. A terminal status is above every attempt. */
const phase: Record<TaskStatus, number> = { queued: 0, running: 1, retrying: 2, done: 3, failed: 3, cancelled: 3 };

/** The state of a run that has only been asked for. */
export function queuedState(run: number, at: string): TaskState {
  return {
    run,
    status: 'queued',
    attempts: 0,
    started_at: null,
    finished_at: null,
    worker: null,
    error: null,
    warnings: [],
    derivatives: [],
    placeholder: null,
    metadata: null,
    status_at: at,
  };
}

/**
 * Folds one update into a task; the one state machine, used by `project` and by the browser. Returns the same object
 * where the update changes nothing. What it guarantees:
 *
 * 1. An update of a lower run is ignored; one of a higher run starts that run afresh.
 * 2. Within a run the first terminal status wins, and nothing after it changes the task.
 * 3. Until then the status only rises in the order (attempt, phase, timestamp), and attempts with it; derivatives and
 *    warnings are a union.
 *
 * So a redelivery, a replay or a late word of a worker believed dead changes nothing.
 */
export function applyUpdate(state: TaskState, update: TaskUpdate): TaskState {
  if (update.run < state.run) return state;
  if (update.run > state.run) return applyUpdate(queuedState(update.run, update.timestamp), update);
  if (isTerminal(state.status)) return state;

  const next: TaskState = { ...state };
  const { changes } = update;
  if (changes.status && rises(state, update, changes.status)) {
    next.status = changes.status;
    next.status_at = update.timestamp;
    next.attempts = Math.max(state.attempts, update.attempt);
    next.worker = update.worker ?? state.worker;
    next.error = changes.error ?? null;
    if (isTerminal(changes.status)) next.finished_at = changes.finished_at ?? update.timestamp;
  }
  next.started_at = earliest(state.started_at, changes.started_at ?? null);
  if (changes.warnings) next.warnings = [...new Set([...state.warnings, ...changes.warnings])];
  if (changes.derivatives) next.derivatives = union(state.derivatives, changes.derivatives);
  next.placeholder = state.placeholder ?? changes.placeholder ?? null;
  next.metadata = state.metadata ?? changes.metadata ?? null;
  return same(state, next) ? state : next;
}

function rises(state: TaskState, update: TaskUpdate, status: TaskStatus): boolean {
  if (isTerminal(status)) return true;
  if (update.attempt !== state.attempts) return update.attempt > state.attempts;
  if (phase[status] !== phase[state.status]) return phase[status] > phase[state.status];
  return update.timestamp > state.status_at;
}

function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function union(known: Derivative[], more: Derivative[]): Derivative[] {
  const added = more.filter((derivative) => !known.some(({ name }) => name === derivative.name));
  return added.length === 0
    ? known
    : [...known, ...added].toSorted((a, b) => b.width - a.width || (a.name < b.name ? -1 : 1));
}

function same(a: TaskState, b: TaskState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
