import type { Entry, Happening } from './journal.ts';
import { modes, retry, type ModeName } from './setup.ts';

export interface MemberPast {
  name: string;
  freezes: { from: number; to: number }[];
  killed: number | null;
}

/** One partition in the hands of one member. */
export interface Tenure {
  id: string;
  member: MemberPast;
  partition: number;
  held: number;
  lost: number;
  /** Calls of the handler that ended in it. */
  ends: number;
  /** In the order in which they were asked for; one without an answer is answered at the end of time. */
  commits: Commit[];
}

export interface Commit {
  asked: number;
  answered: number;
  granted: boolean;
  /** How many calls of the tenure had ended when it was asked for: what it can cover. */
  covers: number;
}

/** One call of the handler. `gaveUp`: it was the last for its message, which was to go to the dead letters. */
export interface Call {
  id: string;
  member: MemberPast;
  tenure: Tenure;
  place: string;
  partition: number;
  offset: number;
  lane: string;
  began: number;
  ended: number;
  /** Number of this end among those of the tenure, from 1. */
  nth: number;
  gaveUp: boolean;
}

type Of<What> = Extract<Happening, { what: What }>;

const never = Number.POSITIVE_INFINITY;

/** What the journal tells up to the entry taken in last. */
export class History {
  readonly members = new Map<string, MemberPast>();
  readonly tenures = new Map<string, Tenure>();
  readonly calls = new Map<string, Call>();
  /** Calls after which nothing was left to be done, in the order in which they ended, by place. */
  readonly completions = new Map<string, Call[]>();
  /** Calls that go on, in the order in which they began; those of the dead go on for ever. */
  readonly open = new Set<Call>();
  readonly #laneRule: 'partition' | 'key' | 'message';
  readonly #failures = new Map<string, number>();

  constructor(mode: ModeName) {
    this.#laneRule = modes[mode].lane;
  }

  take(entry: Entry): void {
    switch (entry.what) {
      case 'joined':
        this.members.set(entry.member, { name: entry.member, freezes: [], killed: null });
        return;
      case 'killed':
        return this.#kill(this.member(entry.member), entry.at);
      case 'frozen':
        this.member(entry.member).freezes.push({ from: entry.at, to: never });
        return;
      case 'thawed':
        (this.member(entry.member).freezes.at(-1) ?? { to: 0 }).to = entry.at;
        return;
      case 'held':
        return this.#hold(entry, entry.at);
      case 'lost':
        this.tenureOf(entry).lost = Math.min(this.tenureOf(entry).lost, entry.at);
        return;
      case 'asked':
      case 'granted':
      case 'refused':
        return this.#commit(entry, entry.at);
      case 'began':
        return this.#begin(entry, entry.at);
      case 'ended':
      case 'failed':
      case 'hopeless':
      case 'abandoned':
        return this.#end(entry, entry.at);
    }
  }

  member(name: string): MemberPast {
    const member = this.members.get(name);
    if (!member) throw new Error(`The journal names ${name} before it joined.`);
    return member;
  }

  tenureOf({ member, tenure }: { member: string; tenure: number }): Tenure {
    const found = this.tenures.get(`${member}/${tenure}`);
    if (!found) throw new Error(`The journal names tenure ${tenure} of ${member} before it was held.`);
    return found;
  }

  laneOf({ partition, offset, key }: { partition: number; offset: number; key: string | null }): string {
    if (this.#laneRule === 'partition') return `${partition}`;
    return this.#laneRule === 'key' && key !== null ? `${partition} ${key}` : `${partition}#${offset}`;
  }

  #kill(member: MemberPast, at: number): void {
    member.killed = at;
    for (const freeze of member.freezes) freeze.to = Math.min(freeze.to, at);
    for (const tenure of this.tenures.values()) {
      if (tenure.member === member) tenure.lost = Math.min(tenure.lost, at);
    }
  }

  #hold({ member, tenure, partition }: Of<'held' | 'lost'>, held: number): void {
    const id = `${member}/${tenure}`;
    this.tenures.set(id, { id, member: this.member(member), partition, held, lost: never, ends: 0, commits: [] });
  }

  #commit(entry: Of<'asked' | 'granted' | 'refused'>, at: number): void {
    const { commits, ends } = this.tenureOf(entry);
    const last = commits.at(-1);
    if (entry.what === 'asked') commits.push({ asked: at, answered: never, granted: false, covers: ends });
    else if (last) Object.assign(last, { answered: at, granted: entry.what === 'granted' });
  }

  #begin(entry: Of<'began'>, began: number): void {
    const { partition, offset } = entry;
    const tenure = this.tenureOf(entry);
    const call: Call = {
      id: `${entry.member}/${entry.call}`,
      member: tenure.member,
      tenure,
      place: `${partition}/${offset}`,
      partition,
      offset,
      lane: this.laneOf(entry),
      began,
      ended: never,
      nth: 0,
      gaveUp: false,
    };
    this.calls.set(call.id, call);
    this.open.add(call);
  }

  #end({ what, member, call: number }: Of<'ended' | 'failed' | 'hopeless' | 'abandoned'>, at: number): void {
    const call = this.calls.get(`${member}/${number}`);
    if (!call) throw new Error(`The journal ends call ${number} of ${member} before it began.`);
    call.ended = at;
    call.nth = call.tenure.ends += 1;
    this.open.delete(call);
    if (what === 'abandoned') return;
    const trial = `${call.tenure.id} ${call.place}`;
    const failures = (this.#failures.get(trial) ?? 0) + (what === 'failed' ? 1 : 0);
    this.#failures.set(trial, failures);
    call.gaveUp = what === 'hopeless' || failures === retry.attempts;
    if (what === 'ended' || call.gaveUp)
      this.completions.set(call.place, [...(this.completions.get(call.place) ?? []), call]);
  }
}
