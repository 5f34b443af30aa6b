import { DarkroomError } from '#core/errors.ts';

/** Seconds after which a place is likely to be free. */
const retryAfter = 1;

/** How many uploads each person may have in flight, in this process. */
export class UploadsAtOnce {
  readonly #most: number;
  readonly #inFlight = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the work in a place of the person's own, which is free again when it ends, however it ends. Throws `too_many_uploads`. */
  async hold<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#inFlight.get(userId) ?? 0;
    if (before >= this.#most) {
      throw new DarkroomError('too_many_uploads', `${this.#most} uploads at once are all there may be.`, {
        retryAfter,
      });
    }
    this.#inFlight.set(userId, before + 1);
    try {
      return await work();
    } finally {
      const left = (this.#inFlight.get(userId) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(userId, left);
      else this.#inFlight.delete(userId);
    }
  }
}
