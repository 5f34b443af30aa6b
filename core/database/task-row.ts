import type { Task } from '#core/domain/api.ts';
import { derivativeUrl } from '#core/domain/urls.ts';
import type { Derivative, TaskState } from '#core/domain/task.ts';
import type { TaskRow } from './schema.ts';

/** The columns that updates change. */
export type StateColumns = Pick<
  TaskRow,
  | 'run'
  | 'status'
  | 'status_at'
  | 'attempts'
  | 'started_at'
  | 'finished_at'
  | 'worker'
  | 'error_code'
  | 'error_detail'
  | 'warnings'
  | 'derivatives'
  | 'placeholder'
  | 'metadata'
>;

/** The state of a stored task, as `applyUpdate` takes it. */
export function stateOf(row: StateColumns): TaskState {
  return {
    run: row.run,
    status: row.status,
    status_at: row.status_at,
    attempts: row.attempts,
    started_at: row.started_at,
    finished_at: row.finished_at,
    worker: row.worker,
    error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
    warnings: JSON.parse(row.warnings) as string[],
    derivatives: JSON.parse(row.derivatives) as Derivative[],
    placeholder: row.placeholder,
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as TaskState['metadata']),
  };
}

/** A state as it is stored. */
export function columnsOf(state: TaskState): StateColumns {
  return {
    run: state.run,
    status: state.status,
    status_at: state.status_at,
    attempts: state.attempts,
    started_at: state.started_at,
    finished_at: state.finished_at,
    worker: state.worker,
    error_code: state.error?.code ?? null,
    error_detail: state.error?.detail ?? null,
    warnings: JSON.stringify(state.warnings),
    derivatives: JSON.stringify(state.derivatives),
    placeholder: state.placeholder,
    metadata: state.metadata === null ? null : JSON.stringify(state.metadata),
  };
}

/** A stored task as the API shows it. */
export function toTask(row: TaskRow): Task {
  const state = stateOf(row);
  return {
    ...state,
    id: row.id,
    image_id: row.image_id,
    user_id: row.user_id,
    batch: row.batch,
    filename: row.filename,
    format: row.format,
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    preset: row.preset,
    created_at: row.created_at,
    derivatives: state.derivatives.map((derivative) => ({
      ...derivative,
      url: derivativeUrl(row.image_id, derivative.name),
    })),
  };
}
