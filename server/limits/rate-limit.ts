import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { DarkroomError } from '#core/errors.ts';

/** So many for each key within so many seconds, counted from the first. */
export interface Rate {
  points: number;
  seconds: number;
}

/** Keys counted at once; of more the one that began longest ago is forgotten, which is the next to be free anyway. */
const mostKeys = 50_000;

/**
 * A rate for each key, in the memory of this process: each server process counts for itself, and starts anew when it is
 * restarted. What is refused counts too, and does not prolong the wait.
 */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #mostKeys: number;
  readonly #keys = new Set<string>();

  constructor({ points, seconds }: Rate, limit = mostKeys) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds, keyPrefix: '' });
    this.#mostKeys = limit;
  }

  /** Takes so many of the key's points. Throws `rate_limited`. */
  async take(key: string, points = 1): Promise<void> {
    const seconds = await this.tryTake(key, points);
    if (seconds !== null) throw rateLimited(seconds);
  }

  /** The same, but resolves to the seconds to wait; null where there is no need to. */
  async tryTake(key: string, points = 1): Promise<number | null> {
    try {
      const { isFirstInDuration } = await this.#limiter.consume(key, points);
      if (isFirstInDuration) this.#remember(key);
      return null;
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      this.#remember(key);
      return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
    }
  }

  /** Gives one point back to a key that is counted. */
  async giveBack(key: string): Promise<void> {
    if ((await this.#limiter.get(key)) !== null) await this.#limiter.reward(key);
  }

  async forget(key: string): Promise<void> {
    this.#keys.delete(key);
    await this.#limiter.delete(key);
  }

  /** In the order in which they began. */
  #remember(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#mostKeys && oldest !== undefined) void this.forget(oldest);
  }
}

/** Refused for so many seconds. */
export function rateLimited(retryAfter: number): DarkroomError {
  return new DarkroomError('rate_limited', `Come again in ${retryAfter} s.`, { retryAfter });
}
