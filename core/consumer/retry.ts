export interface RetryPolicy {
  /** Calls of the handler for one message at most, the first included. */
  attempts: number;
  minDelayMs: number;
  maxDelayMs: number;
}

export const defaultRetry: RetryPolicy = { attempts: 3, minDelayMs: 200, maxDelayMs: 10_000 };

/**
 * How long to wait after so many failures (1 or more): doubles with each, never above the maximum, and the upper half of
 * it is random, so that what failed together does not come back together.
 */
export function retryDelay(policy: Omit<RetryPolicy, 'attempts'>, failures: number, random: () => number): number {
  const full = Math.min(policy.maxDelayMs, policy.minDelayMs * 2 ** Math.min(failures - 1, 50));
  return full / 2 + (full / 2) * random();
}

/** False for an error that says itself that the same would fail again. */
export function isRetryable(error: unknown): boolean {
  return !(error instanceof Error && 'retryable' in error && error.retryable === false);
}
