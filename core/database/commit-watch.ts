import { watch, type FSWatcher } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 250;
/** The log file is written a little before the commit can be seen: so long after a write it is looked for. */
const lookForMs = 60;
const longestGapMs = 8;

/**
 * Hears the commits of other processes, and is told of this one's, while somebody listens. A watch on the log file wakes
 * it, a poll is the safety net where the system's watch is silent, and `version` says whether there really was one.
 */
export class CommitWatch {
  readonly #walPath: string;
  readonly #version: () => Promise<number>;
  readonly #listeners = new Set<{ hear: () => void }>();
  #watcher: FSWatcher | null = null;
  #poll: NodeJS.Timeout | null = null;
  /** Null until it was asked: the first answer counts as a commit, since there may have been one before it. */
  #seen: number | null = null;
  #looking = false;
  #lookUntil = 0;

  /** `version` changes whenever another process has committed. */
  constructor(walPath: string, version: () => Promise<number>) {
    this.#walPath = walPath;
    this.#version = version;
  }

  listen(listener: () => void): () => void {
    const entry = { hear: listener };
    this.#listeners.add(entry);
    if (!this.#poll) this.#start();
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  notify(): void {
    for (const { hear } of this.#listeners) hear();
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#poll) clearInterval(this.#poll);
    this.#poll = null;
    this.#seen = null;
  }

  #start(): void {
    this.#poll = setInterval(() => void this.#look(0), pollMs).unref();
    void this.#look(0);
    try {
      this.#watcher = watch(this.#walPath, { persistent: false }, () => void this.#look(lookForMs));
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watches left on this system: the poll hears it.
    }
  }

  async #look(forMs: number): Promise<void> {
    this.#lookUntil = Math.max(this.#lookUntil, performance.now() + forMs);
    if (this.#looking) return;
    this.#looking = true;
    let gap = 0;
    do {
      if (gap > 0) await delay(gap, undefined, { ref: false });
      gap = (await this.#changed()) ? 0 : Math.min(longestGapMs, gap * 2 || 1);
    } while (this.#poll && performance.now() < this.#lookUntil);
    this.#looking = false;
  }

  async #changed(): Promise<boolean> {
    const version = await this.#version().catch(() => null);
    if (version === null || version === this.#seen) return false;
    this.#seen = version;
    this.notify();
    return true;
  }
}
