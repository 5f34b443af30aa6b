import { z } from 'zod';

/** What a message says it is about; null where that cannot be read. Who wrote it may have written anything. */
export interface Claims {
  task_id: string | null;
  user_id: string | null;
  run: number | null;
  type: string | null;
}

const TaskId = z.uuid();
const UserId = z.string().min(1).max(100);

const Lenient = z.object({
  task_id: TaskId.nullable().catch(null),
  user_id: UserId.nullable().catch(null),
  run: z.int().positive().nullable().catch(null),
  type: z.string().nullable().catch(null),
});

const none: Claims = { task_id: null, user_id: null, run: null, type: null };

/** Reads field by field, since the message as a whole made no sense to somebody. */
export function claimsOf(value: Uint8Array | null): Claims {
  try {
    return Lenient.safeParse(JSON.parse(Buffer.from(value ?? []).toString())).data ?? none;
  } catch {
    return none;
  }
}

/** The key, where it can be a task's id. */
export function taskIdOf(key: string | null): string | null {
  return TaskId.safeParse(key).data ?? null;
}

/** The key, where it can be a person's id. */
export function userIdOf(key: string | null): string | null {
  return UserId.safeParse(key).data ?? null;
}
