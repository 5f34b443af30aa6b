import type { Assignment, Received } from '#core/broker/broker.ts';
import { decodeFinished, encodeFinished } from './commit-metadata.ts';
import type { Commit } from './consumer.ts';
import { Watermark, type Mark } from './watermark.ts';
import type { Verdict } from './dead-letter.ts';
import type { Stats } from './stats.ts';

/** A message on its way through a lane. */
export interface Entry {
  readonly message: Received;
  readonly mark: Mark;
  readonly tenure: Tenure;
  /** Calls of the handler that failed by the message's own fault. */
  failures: number;
  /** It failed in company: it is handled alone from now on, so that only the guilty one is charged. */
  alone: boolean;
  /** It is given up, and goes to the dead letters. */
  verdict: Verdict | null;
}

/** Bytes of unfinished messages that one partition may hold; above it is paused. */
const maxHeldBytes = 32 * 1024 * 1024;

/**
 * The time in which this consumer holds one partition, from one starting point. What was begun under it counts only as
 * long as it lasts: after `end` nothing is committed. One commit is in flight at a time, and the next takes the newest.
 */
export class Tenure {
  readonly assignment: Assignment;
  readonly watermark: Watermark;
  /** Aborts when the partition is lost, or when the time to stop has run out. What handlers are given. */
  readonly signal: AbortSignal;
  readonly #aborter = new AbortController();
  readonly #commit: Commit;
  readonly #maxGap: number;
  readonly #stats: Stats;
  #heldBytes = 0;
  #held = false;
  #dirty = false;
  #ended = false;
  #inFlight: Promise<void> | null = null;
  #following: Promise<void> | null = null;
  /** Below it everything was counted as committed unfinished that was. */
  #countedTo = 0;

  /** `start`: where it begins; null for where the group committed, and then what the metadata says is finished is. */
  constructor(assignment: Assignment, options: { commit: Commit; maxGap: number; start: number | null; stats: Stats }) {
    const { committed } = assignment;
    const { start } = options;
    const restored = committed && start === null ? decodeFinished(committed.offset, committed.metadata) : [];
    this.assignment = assignment;
    this.watermark = new Watermark(restored, start);
    this.#dirty = start !== null && start !== (committed?.offset ?? 0);
    this.signal = this.#aborter.signal;
    this.#commit = options.commit;
    this.#maxGap = options.maxGap;
    this.#stats = options.stats;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** True while there is something to commit. */
  get dirty(): boolean {
    return this.#dirty && !this.#ended;
  }

  get committing(): boolean {
    return this.#inFlight !== null;
  }

  /** Notes the message as read. Null where there is nothing left to do for it. */
  admit(message: Received): Entry | null {
    const mark = this.watermark.add(message.offset);
    if (mark === null) return null;
    if (mark.finished || this.#commit === 'interval') this.#dirty = true;
    if (mark.finished) {
      this.#stats.skipped += 1;
      return null;
    }
    this.#stats.consumed += 1;
    this.#heldBytes += message.value?.byteLength ?? 0;
    return { message, mark, tenure: this, failures: 0, alone: false, verdict: null };
  }

  finish(entry: Entry): void {
    this.#heldBytes -= entry.message.value?.byteLength ?? 0;
    this.watermark.finish(entry.mark);
    this.#dirty = true;
  }

  /** Pauses the partition while too much of it is read and not below the watermark. */
  applyBackpressure(): void {
    if (this.#ended) return;
    const { gap } = this.watermark;
    if (!this.#held && (gap >= this.#maxGap || this.#heldBytes >= maxHeldBytes)) {
      this.#held = true;
      this.assignment.pause();
    } else if (this.#held && gap <= this.#maxGap / 2 && this.#heldBytes <= maxHeldBytes / 2) {
      this.#held = false;
      this.assignment.resume();
    }
  }

  /** Resolves once all that is finished now is committed. */
  commit(): Promise<void> {
    if (!this.#inFlight) {
      this.#inFlight = this.#commitNewest(this.#commit === 'interval').finally(() => (this.#inFlight = null));
      return this.#inFlight;
    }
    this.#following ??= this.#inFlight
      .catch(() => {})
      .then(() => {
        this.#following = null;
        return this.commit();
      });
    return this.#following;
  }

  /** The last commit: what is finished, also where until now what was read counted. */
  async commitFinished(): Promise<void> {
    await this.#inFlight?.catch(() => {});
    if (this.#commit === 'interval') this.#dirty = true;
    await this.#commitNewest(false);
  }

  abort(): void {
    this.#aborter.abort(new DOMException('The consumer is stopping.', 'AbortError'));
  }

  end(): void {
    this.#ended = true;
    this.#aborter.abort(new DOMException('The partition is no longer held.', 'AbortError'));
  }

  async #commitNewest(asRead: boolean): Promise<void> {
    const offset = asRead ? this.watermark.next : this.watermark.low;
    if (!this.dirty || offset === null) return;
    this.#dirty = false;
    try {
      const unfinished = asRead ? this.watermark.unfinishedFrom(this.#countedTo) : 0;
      const metadata = asRead ? '' : encodeFinished(offset, this.watermark.finishedBeyond());
      await this.assignment.commit(offset, metadata);
      if (!asRead) return;
      this.#stats.committedUnfinished += unfinished;
      this.#countedTo = offset;
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }
}
