import type { History } from './history.ts';
import type { Entry } from './journal.ts';

/** What must hold of the offsets that the group was seen to have committed. */
export class CommitCheck {
  readonly #history: History;
  /** Offsets by partition that a handler must end. */
  readonly #unended = new Map<number, number[]>();
  readonly #committed = new Map<number, number>();

  constructor(history: History, entries: Entry[]) {
    this.#history = history;
    const seen = new Set<string>();
    for (const entry of entries) {
      if ((entry.what !== 'acked' && entry.what !== 'began') || entry.kind === 'malformed') continue;
      const { partition, offset } = entry;
      if (seen.has(`${partition}/${offset}`)) continue;
      seen.add(`${partition}/${offset}`);
      const offsets = this.#unended.get(partition) ?? [];
      this.#unended.set(partition, offsets);
      offsets.push(offset);
    }
    for (const offsets of this.#unended.values()) offsets.sort((a, b) => a - b);
  }

  *committed(partition: number, offset: number): Generator<string> {
    const before = this.#committed.get(partition) ?? 0;
    if (offset < before) yield `the commit of ${partition} went back from ${before} to ${offset}`;
    this.#committed.set(partition, offset);
    const offsets = this.#unended.get(partition) ?? [];
    const isOver = (each: number) => this.#history.completions.has(`${partition}/${each}`);
    const first = offsets.findIndex((each) => !isOver(each));
    offsets.splice(0, first === -1 ? offsets.length : first);
    const lowest = offsets[0];
    if (lowest !== undefined && lowest < offset)
      yield `${offset} of ${partition} was committed before ${lowest} was over`;
  }
}
