import type { Task } from '../../core/domain/api.ts';
import { findPreset } from '../../core/domain/preset.ts';
import { bytes } from '../shell/format.ts';

/** The names of the derivatives a task will have, largest first. */
export function expectedDerivatives(task: Pick<Task, 'preset' | 'derivatives'>): string[] {
  const [name = ''] = task.preset.split('@');
  return (findPreset(name)?.derivatives ?? task.derivatives).map((derivative) => derivative.name);
}

/** Where a derivative of the task can be had; null while it is not there. */
export function derivativeOf(task: Pick<Task, 'derivatives'>, name: string): Task['derivatives'][number] | null {
  return task.derivatives.find((derivative) => derivative.name === name) ?? null;
}

/** How much smaller the largest derivative is than the original, in words and at length. */
export function savedBytes(
  task: Pick<Task, 'bytes' | 'preset' | 'derivatives'>,
): { percent: string; title: string } | null {
  const largest = derivativeOf(task, expectedDerivatives(task)[0] ?? '');
  if (!largest || task.bytes === 0) return null;
  const change = Math.round((100 * (largest.bytes - task.bytes)) / task.bytes);
  const words = change <= 0 ? `${-change} % smaller` : `${change} % larger`;
  return {
    percent: change <= 0 ? `${-change} %` : `+${change} %`,
    title: `The ${largest.name} version is ${words} than the original: ${bytes(task.bytes)} → ${bytes(largest.bytes)}`,
  };
}

/** From being asked for to the first start. Only the first run's beginning is known. */
export function waitOf(task: Pick<Task, 'run' | 'status' | 'status_at' | 'created_at' | 'started_at'>): {
  from: string;
  to: string | null;
} | null {
  if (task.run > 1) return task.status === 'queued' ? { from: task.status_at, to: null } : null;
  if (task.started_at) return { from: task.created_at, to: task.started_at };
  return task.status === 'queued' ? { from: task.created_at, to: null } : null;
}

/** From the first start of the run to its end. */
export function runOf(task: Pick<Task, 'started_at' | 'finished_at'>): { from: string; to: string | null } | null {
  return task.started_at ? { from: task.started_at, to: task.finished_at } : null;
}
