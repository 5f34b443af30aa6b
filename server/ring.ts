import type { TaskUpdate } from '#core/domain/events.ts';
import { covers, type Position } from './position.ts';

/** An update as this instance received it. `seq` rises by one with each entry. */
export interface Entry {
  readonly seq: number;
  readonly partition: number;
  readonly offset: number;
  readonly bytes: number;
  readonly update: TaskUpdate;
}

/**
 * The recent updates of the log, in the order this instance received them: what a subscriber missed is read from here,
 * and a slow reader is a cursor into it, so that no reader has a buffer of its own. Bounded by count and bytes.
 */
export class Ring {
  readonly #limit: { entries: number; bytes: number };
  #entries: (Entry | undefined)[] = [];
  /** Index of the oldest entry kept; what is before it has been let go. */
  #start = 0;
  #firstSeq = 0;
  #bytes = 0;
  #floor: Position;
  #head: Position;

  constructor(limit: { entries: number; bytes: number }, begins: Position) {
    this.#limit = limit;
    this.#floor = { ...begins };
    this.#head = { ...begins };
  }

  /** Sequence number the next entry gets. */
  get next(): number {
    return this.#firstSeq + this.#entries.length - this.#start;
  }

  /** All below it has been received. */
  get head(): Readonly<Position> {
    return this.#head;
  }

  append(entry: Omit<Entry, 'seq'>): Entry {
    const kept = { ...entry, seq: this.next };
    this.#entries.push(kept);
    this.#bytes += entry.bytes;
    this.skip(entry.partition, entry.offset);
    while (this.#entries.length - this.#start > this.#limit.entries || this.#bytes > this.#limit.bytes) this.#letGo();
    return kept;
  }

  /** Counts a message as received that carries no update. */
  skip(partition: number, offset: number): void {
    this.#head[partition] = offset + 1;
  }

  /** Whether everything after the position that has been received is still here. */
  reaches(since: Position): boolean {
    return covers(since, this.#floor);
  }

  /** Up to `limit` entries from `seq` on, or null where the first of them has been let go. */
  read(seq: number, limit: number): Entry[] | null {
    if (seq < this.#firstSeq) return null;
    const from = this.#start + seq - this.#firstSeq;
    const entries = this.#entries.slice(from, from + limit);
    return entries.filter((entry) => entry !== undefined);
  }

  /** Sequence number of the oldest entry kept. */
  get first(): number {
    return this.#firstSeq;
  }

  /** Forgets everything: the log begins elsewhere now. Sequence numbers go on. */
  restart(begins: Position): void {
    this.#firstSeq = this.next;
    this.#entries = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#floor = { ...begins };
    this.#head = { ...begins };
  }

  #letGo(): void {
    const oldest = this.#entries[this.#start];
    if (!oldest) return;
    this.#entries[this.#start] = undefined;
    this.#start += 1;
    this.#firstSeq += 1;
    this.#bytes -= oldest.bytes;
    this.#floor[oldest.partition] = oldest.offset + 1;
    if (this.#start > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }
}
