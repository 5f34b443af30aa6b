import type { TaskUpdate } from '../../core/domain/events.ts';

/**
 * The updates heard of late, by task: what a snapshot that was read meanwhile may not contain. Bounded: the tasks heard
 * of longest ago are forgotten first.
 */
export interface Recent {
  add(updates: readonly TaskUpdate[]): void;
  of(taskId: string): readonly TaskUpdate[];
  all(): TaskUpdate[];
  clear(): void;
}

export function createRecent(capacity: number): Recent {
  const byTask = new Map<string, TaskUpdate[]>();
  let size = 0;

  const forgetOldest = () => {
    for (const [taskId, updates] of byTask) {
      if (size <= capacity) return;
      byTask.delete(taskId);
      size -= updates.length;
    }
  };

  return {
    add(updates) {
      for (const update of updates) {
        const known = byTask.get(update.task_id) ?? [];
        if (known.some(({ id }) => id === update.id)) continue;
        byTask.delete(update.task_id);
        byTask.set(update.task_id, [...known, update]);
        size += 1;
      }
      forgetOldest();
    },
    of: (taskId) => byTask.get(taskId) ?? [],
    all: () => [...byTask.values()].flat(),
    clear() {
      byTask.clear();
      size = 0;
    },
  };
}
