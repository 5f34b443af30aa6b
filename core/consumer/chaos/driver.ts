import { setTimeout as delay } from 'node:timers/promises';
import type { Crowd } from './crowd.ts';
import type { Entry, JournalReader } from './journal.ts';
import type { Step } from './plan.ts';

const fewest = 2;
const most = 5;
/** Longest wait for what must come to pass by itself. */
const patienceMs = 60_000;

/** Does to the processes what the plan says, and ends with all of them awake and well. */
export class Driver {
  readonly #crowd: Crowd;
  readonly #reader: JournalReader;
  readonly #thaws = new Set<Promise<void>>();

  constructor(crowd: Crowd, reader: JournalReader) {
    this.#crowd = crowd;
    this.#reader = reader;
  }

  async run(plan: Step[]): Promise<void> {
    await this.allWork();
    for (const step of plan) {
      await delay(step.afterMs);
      await this.#take(step);
      while (this.#crowd.names('up').length < fewest) this.#crowd.join();
    }
    await Promise.all(this.#thaws);
  }

  /** Resolves once every member that is awake has begun something from now on. */
  async allWork(): Promise<void> {
    this.#reader.read();
    const { entries } = this.#reader;
    const since = entries.length;
    await this.#reader.until('everybody at work', patienceMs, () => {
      const busy = new Set(entries.slice(since).flatMap((entry) => (entry.what === 'began' ? [entry.member] : [])));
      return this.#crowd.names('up').every((name) => busy.has(name));
    });
  }

  async #take({ fault, forMs, whom }: Step): Promise<void> {
    const crowd = this.#crowd;
    const awake = crowd.names('up');
    const pick = (names: string[]) => names[Math.floor(whom * names.length)] ?? '';
    switch (fault) {
      case 'join':
        return crowd.names('up', 'frozen').length < most ? crowd.join() : undefined;
      case 'leave':
        return awake.length > 1 ? crowd.leave(pick(awake)) : undefined;
      case 'kill':
        return awake.length > 1 ? crowd.kill(pick(crowd.names('up', 'frozen'))) : undefined;
      case 'watch':
        return this.#watch(pick);
      case 'doze':
      case 'sleep':
      case 'coma':
        if (awake.length > 1) this.#freeze(pick(awake), forMs);
    }
  }

  async #watch(pick: (names: string[]) => string): Promise<void> {
    await Promise.all(this.#thaws);
    while (this.#crowd.names('up').length < fewest) this.#crowd.join();
    await this.#crowd.gone();
    await this.allWork();
    const victim = pick(this.#crowd.names('up').filter((name) => this.#partitionsOf(name).length > 0));
    const orphans = new Set(this.#partitionsOf(victim));
    const since = this.#reader.entries.length;
    this.#crowd.kill(victim);
    const isTakeover = (entry: Entry) =>
      entry.what === 'began' && entry.member !== victim && orphans.has(entry.partition);
    await this.#reader.until(`a takeover of all that ${victim} held`, patienceMs, () => {
      const taken = this.#reader.entries.slice(since).filter(isTakeover);
      return new Set(taken.map((entry) => 'partition' in entry && entry.partition)).size === orphans.size;
    });
  }

  #partitionsOf(member: string): number[] {
    const held = new Map<number, number>();
    for (const entry of this.#reader.entries) {
      if (entry.what === 'held' && entry.member === member) held.set(entry.tenure, entry.partition);
      if (entry.what === 'lost' && entry.member === member) held.delete(entry.tenure);
    }
    return [...held.values()];
  }

  #freeze(name: string, forMs: number): void {
    this.#crowd.freeze(name);
    const thaw = delay(forMs).then(() => {
      this.#crowd.thaw(name);
      this.#thaws.delete(thaw);
    });
    this.#thaws.add(thaw);
  }
}
