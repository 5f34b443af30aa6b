import { isExcused, within, type Span } from './excuses.ts';
import type { Call, History } from './history.ts';
import type { Entry } from './journal.ts';

interface Message {
  offset: number;
  place: string;
}

/** What must hold of a call in the moment in which it begins. */
export class OrderCheck {
  readonly #history: History;
  readonly #outages: Span[];
  readonly #ordered: boolean;
  /** Of each lane, what a handler must end, in order; what is ended at the front is cut off. */
  readonly #lanes = new Map<string, Message[]>();

  constructor(history: History, entries: Entry[], outages: Span[], ordered: boolean) {
    this.#history = history;
    this.#outages = outages;
    this.#ordered = ordered;
    const known = new Map<string, Message & { lane: string }>();
    for (const entry of entries) {
      if ((entry.what !== 'acked' && entry.what !== 'began') || entry.kind === 'malformed') continue;
      const { partition, offset } = entry;
      const place = `${partition}/${offset}`;
      known.set(place, { offset, place, lane: history.laneOf(entry) });
    }
    for (const message of [...known.values()].toSorted((a, b) => a.offset - b.offset)) {
      const lane = this.#lanes.get(message.lane) ?? [];
      this.#lanes.set(message.lane, lane);
      lane.push(message);
    }
  }

  *began(call: Call, malformed: boolean): Generator<string> {
    const name = `${call.member.name} began ${call.place}`;
    if (malformed) yield `${name}, which cannot be read`;
    if (call.tenure.lost < call.began && call.member.killed === null) yield `${name} after it had lost the partition`;
    if (!this.#ordered) return;
    yield* this.#overtakes(call, name);
    yield* this.#overlaps(call, name);
  }

  *#overtakes(call: Call, name: string): Generator<string> {
    const lane = this.#lanes.get(call.lane) ?? [];
    const isOver = ({ place }: Message) => this.#history.completions.has(place);
    const first = lane.findIndex((message) => !isOver(message));
    lane.splice(0, first === -1 ? lane.length : first);
    if (lane[0] && lane[0].offset < call.offset) yield `${name} before ${lane[0].place} of its lane was over`;
  }

  /** Two hold a partition at once only where one of them was away and cannot know. */
  *#overlaps(call: Call, name: string): Generator<string> {
    const { member, began } = call;
    for (const other of this.#history.open) {
      if (other !== call && other.member === member && other.lane === call.lane) yield `${name} besides ${other.place}`;
    }
    if (isExcused(member, began) || within(this.#outages, began)) return;
    for (const { member: holder, partition, lost } of this.#history.tenures.values()) {
      if (partition !== call.partition || holder === member || lost < began) continue;
      if (!isExcused(holder, began)) yield `${name} while ${holder.name} holds the partition`;
    }
  }
}
