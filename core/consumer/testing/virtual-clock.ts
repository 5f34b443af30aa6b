import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

interface Timer {
  at: number;
  run: () => void;
}

/** Resolves when all that can happen without time going on has happened: everything here runs on promises alone. */
export async function settled(): Promise<void> {
  await setImmediate();
}

/** Time that passes when it is told to. A clock that is frozen or dead leaves its timers where they are. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, timer by timer, each followed by all that comes of it. */
  async advance(ms: number): Promise<void> {
    await settled();
    const end = this.#now + ms;
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#now = Math.max(this.#now, timer.at);
      this.#timers.delete(timer);
      timer.run();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  get pending(): number {
    return this.#timers.size;
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) if (timer.at <= end && (next === null || timer.at < next.at)) next = timer;
    return next;
  }
}
