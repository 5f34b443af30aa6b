import { setTimeout as delay } from 'node:timers/promises';
import { DarkroomError, type ErrorCode } from '#core/errors.ts';

export interface SharedReadOptions {
  /** An answer, also a refusal, serves all who ask within so many milliseconds of the question. */
  freshMs: number;
  /** Whoever asks waits no longer than so many milliseconds, and then gets `late`. */
  deadlineMs: number;
  late: { code: ErrorCode; detail: string };
  now?: () => number;
}

/** One question for all who ask at about the same time; while one is not answered there is no second. */
export function sharedRead<T>(read: () => Promise<T>, options: SharedReadOptions): () => Promise<T> {
  const { freshMs, deadlineMs, late, now = () => performance.now() } = options;
  let answer: Promise<T> | null = null;
  let askedAt = 0;
  let isPending = false;

  const ask = () => {
    askedAt = now();
    isPending = true;
    const asked = read().finally(() => (isPending = false));
    asked.catch(() => {});
    return asked;
  };
  return async () => {
    if (answer === null || (!isPending && now() - askedAt >= freshMs)) answer = ask();
    const waiting = new AbortController();
    const deadline = delay(deadlineMs, null, { signal: waiting.signal }).then(() => {
      throw new DarkroomError(late.code, late.detail);
    });
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      deadline.catch(() => {});
      waiting.abort();
    }
  };
}
