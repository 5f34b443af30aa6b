import type { MessageBroker, PartitionLag } from '#core/broker/broker.ts';
import type { Clock } from './clock.ts';
import type { Consumer, Held } from './consumer.ts';
import { inState, patienceMs, type Health } from './health.ts';
import { lagOf, type Lag } from './lag.ts';

export interface LagWatchOptions {
  broker: Pick<MessageBroker, 'lag'>;
  clock: Clock;
  consumer: Pick<Consumer, 'health' | 'held'>;
  group: string;
  topics: string[];
}

/** A time in which things have only become worse: what it began with, and what was seen last. */
interface Worsening {
  since: number;
  place: string;
  unfinished: number;
  age: number;
}

const everyMs = 10_000;

/**
 * Looks every few seconds at what a consumer has yet to do, and sees what the consumer itself cannot:
 *
 * 1. It holds no partition, and what waits is touched by nobody.
 * 2. What it holds falls behind: all the time the oldest message has waited longer and longer, and there was no less to do.
 *    A backlog that is worked off has less and less to do, however old it is, and does not count.
 *
 * Either has to last for a while, without a pause, before it counts.
 */
export class LagWatch {
  readonly #options: LagWatchOptions;
  #cancel: () => void = () => {};
  #stopped = false;
  #lag: Lag | null = null;
  #neglected: { since: number; committed: number } | null = null;
  #worsening: Worsening | null = null;

  constructor(options: LagWatchOptions) {
    this.#options = options;
    void this.#look();
  }

  /** What the group has yet to do, as last seen; null before it could be asked. */
  get lag(): Lag | null {
    return this.#lag;
  }

  health(): Health {
    const { consumer, clock } = this.#options;
    const health = consumer.health();
    const now = clock.now();
    if (health.state === 'idle') {
      if (isLong(this.#neglected, now)) {
        const waiting = `${this.#lag?.messages} messages wait, and nobody has touched them for`;
        return inState(
          'unassigned',
          `It holds no partition: ${waiting} ${secondsSince(this.#neglected, now)} s.`,
          health,
        );
      }
      const others = this.#lag?.messages === 0 ? 'nothing waits' : 'others are at work';
      return this.#lag === null ? health : inState('idle', `It holds no partition: ${others}.`, health);
    }
    if (health.state === 'running' && isLong(this.#worsening, now)) {
      const { unfinished, age } = this.#worsening;
      const waited = `the oldest of ${unfinished} or more messages has waited ${Math.round(age / 1000)} s`;
      return inState('behind', `It falls behind, for ${secondsSince(this.#worsening, now)} s now: ${waited}.`, health);
    }
    return health;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { broker, clock, group, topics } = this.#options;
    try {
      this.#note(await broker.lag(group, topics));
    } catch {
      // The consumer meets the same outage, and says so.
      this.#neglected = null;
      this.#worsening = null;
    }
    if (!this.#stopped) this.#cancel = clock.after(everyMs, () => void this.#look());
  }

  #note(partitions: PartitionLag[]): void {
    const { consumer, clock } = this.#options;
    const { state } = consumer.health();
    const now = clock.now();
    this.#lag = lagOf(partitions, now);
    this.#neglected = state === 'idle' ? this.#neglectOf(partitions, now) : null;
    this.#worsening = state === 'running' ? this.#worseningOf(partitions, consumer.held(), now) : null;
  }

  /** Whoever works on the group's messages moves a commit. */
  #neglectOf(partitions: PartitionLag[], now: number): { since: number; committed: number } | null {
    if (this.#lag?.messages === 0) return null;
    const committed = partitions.reduce((sum, partition) => sum + (partition.committed ?? 0), 0);
    return this.#neglected?.committed === committed ? this.#neglected : { since: now, committed };
  }

  #worseningOf(partitions: PartitionLag[], held: Held[], now: number): Worsening | null {
    const place = held
      .map(({ topic, partition }) => `${topic}/${partition}`)
      .toSorted()
      .join(' ');
    const own = partitions.filter((one) => held.some((each) => isSame(each, one)));
    const ahead = held.reduce((sum, { finishedAhead }) => sum + finishedAhead, 0);
    const unfinished = own.reduce((sum, { messages }) => sum + messages, 0) - ahead;
    const oldest = Math.min(...own.flatMap(({ messages, oldest }) => (messages > 0 && oldest !== null ? oldest : [])));
    if (unfinished <= 0 || !Number.isFinite(oldest)) return null;
    const age = now - oldest;
    const before = this.#worsening;
    const goesOn = before?.place === place && age > before.age && unfinished >= before.unfinished;
    return goesOn ? { ...before, age } : { since: now, place, unfinished, age };
  }
}

function isLong(state: { since: number } | null, now: number): state is { since: number } {
  return state !== null && now - state.since >= patienceMs;
}

function secondsSince({ since }: { since: number }, now: number): number {
  return Math.round((now - since) / 1000);
}

function isSame(a: { topic: string; partition: number }, b: { topic: string; partition: number }): boolean {
  return a.topic === b.topic && a.partition === b.partition;
}
