interface Visitor {
  alone: boolean;
  enter(): void;
}

/**
 * Lets many in at once, or one alone: a picture whose worker died with it in hand runs with no other beside it, so that a
 * second death is charged to it only. First come, first in.
 */
export class Gate {
  #waiting: Visitor[] = [];
  #inside = 0;
  #aloneInside = false;

  /** Resolves, once in, to the function that leaves. Rejects with the signal's reason when it aborts before. */
  enter({ alone, signal }: { alone: boolean; signal: AbortSignal }): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((other) => other !== visitor);
        reject(signal.reason);
        this.#admit();
      };
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        resolve(() => this.#leave());
      };
      const visitor: Visitor = { alone, enter };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', giveUp);
      this.#waiting.push(visitor);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#aloneInside || (next.alone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside++;
      this.#aloneInside = next.alone;
      next.enter();
    }
  }

  #leave(): void {
    this.#inside--;
    this.#aloneInside = false;
    this.#admit();
  }
}
