import type { Stretch } from './commit-metadata.ts';

/** A message that was read, by its offset. */
export interface Mark {
  readonly offset: number;
  finished: boolean;
}

/**
 * What of one partition was read and finished, from one assignment to its loss. Offsets may have holes (a compacted log
 * has them). Holds one mark for each message read and not below `low`.
 */
export class Watermark {
  #marks: Mark[] = [];
  /** Index of the lowest mark not below `low`; what is before it waits to be cut off in one go. */
  #head = 0;
  #next: number | null = null;
  #restored: Stretch[];

  /**
   * `restored`: what an earlier holder finished beyond its commit, in rising order. `start`: all below it is finished,
   * where that is known otherwise.
   */
  constructor(restored: Stretch[] = [], start: number | null = null) {
    this.#restored = restored;
    this.#next = start;
  }

  /** Notes a message as read. Null where it was read before, finished where an earlier holder had finished it. */
  add(offset: number): Mark | null {
    if (this.#next !== null && offset < this.#next) return null;
    this.#next = offset + 1;
    while (this.#restored[0] && this.#restored[0].end <= offset) this.#restored.shift();
    const mark = { offset, finished: this.#restored[0] !== undefined && this.#restored[0].start <= offset };
    this.#marks.push(mark);
    this.#advance();
    return mark;
  }

  finish(mark: Mark): void {
    mark.finished = true;
    this.#advance();
  }

  /** All below it is finished: what may be committed. Null as long as nothing is known. */
  get low(): number | null {
    return this.#marks[this.#head]?.offset ?? this.#next;
  }

  /** One past the last message read. Null as long as nothing is known. */
  get next(): number | null {
    return this.#next;
  }

  /** Messages from `low` to the last one read. */
  get gap(): number {
    return this.#marks.length - this.#head;
  }

  /** Messages at or after the offset that are read and not finished. */
  unfinishedFrom(offset: number): number {
    return this.#marks.slice(this.#head).filter((mark) => mark.offset >= offset && !mark.finished).length;
  }

  /** What is finished above `low`, in rising order, with what an earlier holder finished and is not yet read again. */
  finishedBeyond(): Stretch[] {
    const stretches: Stretch[] = [];
    let open: Stretch | null = null;
    for (const mark of this.#marks.slice(this.#head)) {
      if (!mark.finished) open = null;
      else if (open) open.end = mark.offset + 1;
      else stretches.push((open = { start: mark.offset, end: mark.offset + 1 }));
    }
    const next = this.#next ?? 0;
    for (const { start, end } of this.#restored) if (end > next) stretches.push({ start: Math.max(start, next), end });
    return stretches;
  }

  #advance(): void {
    while (this.#marks[this.#head]?.finished) this.#head += 1;
    if (this.#head > 1_000 || this.#head === this.#marks.length) {
      this.#marks = this.#marks.slice(this.#head);
      this.#head = 0;
    }
  }
}
