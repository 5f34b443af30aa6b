/** Work that must not overlap, in order. Its entries stay in it until they are finished. */
export interface Lane<E> {
  readonly id: string;
  readonly queue: E[];
  /** True from `take` to `release`: nobody else takes it. */
  taken: boolean;
}

/**
 * Which lane may go next. Entries of a lane keep their order; lanes go in the order in which they became ready, side by
 * side, each held by one taker at a time. A lane with nothing in it is forgotten.
 */
export class Lanes<E> {
  readonly #lanes = new Map<string, Lane<E>>();
  /** Lanes that are not taken, longest ready first. A set, since a lane that is emptied must leave it. */
  readonly #ready = new Set<Lane<E>>();

  push(id: string, entry: E): void {
    let lane = this.#lanes.get(id);
    if (!lane) this.#lanes.set(id, (lane = { id, queue: [], taken: false }));
    lane.queue.push(entry);
    if (!lane.taken) this.#ready.add(lane);
  }

  /** The lane that has been ready the longest; it is the caller's until `release`. */
  take(): Lane<E> | null {
    for (const lane of this.#ready) {
      this.#ready.delete(lane);
      lane.taken = true;
      return lane;
    }
    return null;
  }

  /** Gives a taken lane back: it is ready again if there is anything in it. */
  release(lane: Lane<E>): void {
    lane.taken = false;
    if (lane.queue.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.id);
  }

  /** Removes the entries that match, also from lanes that are taken. */
  drop(matches: (entry: E) => boolean): void {
    for (const lane of this.#lanes.values()) {
      const kept = lane.queue.filter((entry) => !matches(entry));
      lane.queue.splice(0, lane.queue.length, ...kept);
      if (lane.taken || kept.length > 0) continue;
      this.#ready.delete(lane);
      this.#lanes.delete(lane.id);
    }
  }

  /** Lanes that hold an entry or are taken. */
  get size(): number {
    return this.#lanes.size;
  }
}
