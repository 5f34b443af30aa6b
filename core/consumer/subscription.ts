import type { Assignment, Batch } from '#core/broker/broker.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Settings } from './consumer.ts';
import type { Outage } from './outage.ts';
import { retryDelay } from './retry.ts';
import type { Stats } from './stats.ts';
import { Tenure } from './tenure.ts';

const maxBatch = 500;

export interface SubscriptionEvents {
  held: (tenure: Tenure) => void;
  read: (tenure: Tenure, messages: Batch['messages']) => void;
  ended: (tenure: Tenure) => void;
  failed: (error: unknown) => void;
}

/** Membership in the group: which partitions are held, and what is read of them. */
export class Subscription<T> {
  readonly #settings: Settings<T>;
  readonly #outage: Outage;
  readonly #stats: Stats;
  readonly #events: SubscriptionEvents;
  readonly #tenures = new Map<Assignment, Tenure>();
  readonly #leaving = new AbortController();
  #halted = false;
  #done: Promise<void> = Promise.resolve();

  constructor(settings: Settings<T>, outage: Outage, stats: Stats, events: SubscriptionEvents) {
    this.#settings = settings;
    this.#outage = outage;
    this.#stats = stats;
    this.#events = events;
  }

  get tenures(): ReadonlyMap<Assignment, Tenure> {
    return this.#tenures;
  }

  start(): void {
    this.#done = this.#read();
  }

  /** Reads no more, and goes on holding what it holds. */
  halt(): void {
    this.#halted = true;
  }

  /** Resolves when the group is left. */
  leave(): Promise<void> {
    this.#leaving.abort();
    return this.#done;
  }

  end(tenure: Tenure): void {
    tenure.end();
    if (this.#tenures.get(tenure.assignment) !== tenure) return;
    this.#tenures.delete(tenure.assignment);
    this.#events.ended(tenure);
  }

  /** Somebody else went on with this partition, and it is still ours: asks anew where it begins, after a moment. */
  renew(tenure: Tenure): void {
    const { assignment } = tenure;
    const { clock, retry, random } = this.#settings;
    this.end(tenure);
    assignment.pause();
    clock.after(retryDelay(retry, 1, random), () => {
      void this.#hold(assignment).then(() => assignment.resume());
    });
  }

  /** Reads until it leaves. When the broker is gone, it joins anew once the broker is back. */
  async #read(): Promise<void> {
    const { signal } = this.#leaving;
    while (!signal.aborted) {
      try {
        await this.#readOnce(signal);
        if (!signal.aborted) this.#events.failed(new DarkroomError('broker_unavailable', 'The broker was closed.'));
        return;
      } catch (error) {
        for (const tenure of this.#tenures.values()) this.end(tenure);
        if (signal.aborted || !(await this.#survived(error))) return;
      }
    }
  }

  async #readOnce(signal: AbortSignal): Promise<void> {
    const { broker, topics, group, name, maxGap, deadLetterTopic } = this.#settings;
    // A dead-letter topic that is missing is told now and not by the first dead letter.
    if (deadLetterTopic) await Promise.all(topics.map((topic) => broker.offsets(deadLetterTopic(topic))));
    const batches = broker.consume({
      topics,
      group,
      member: name,
      from: 'earliest',
      maxBatch: Math.min(maxBatch, maxGap),
      signal,
      onAssigned: (assignment) => this.#hold(assignment),
    });
    for await (const { assignment, messages } of batches) {
      if (this.#halted) await aborted(signal);
      const tenure = this.#tenures.get(assignment);
      if (tenure) this.#events.read(tenure, messages);
    }
  }

  async #hold(assignment: Assignment): Promise<void> {
    const start = this.#halted ? 'nowhere' : await this.#startOf(assignment);
    if (start === 'nowhere' || assignment.lost.aborted || this.#halted) return;
    const { commit, maxGap } = this.#settings;
    if (start !== null) assignment.seek(start);
    const tenure = new Tenure(assignment, { commit, maxGap, start, stats: this.#stats });
    this.#tenures.set(assignment, tenure);
    assignment.lost.addEventListener('abort', () => this.end(tenure), { once: true });
    this.#events.held(tenure);
  }

  async #startOf({ topic, partition }: Assignment): Promise<number | null | 'nowhere'> {
    const { startAt } = this.#settings;
    if (!startAt) return null;
    for (;;) {
      try {
        return await startAt(topic, partition);
      } catch (error) {
        if (!(await this.#survived(error))) return 'nowhere';
      }
    }
  }

  /** True once an outage is over; false where it was none, or where the consumer stops. */
  async #survived(error: unknown): Promise<boolean> {
    if (!this.#outage.isOutage(error)) {
      this.#events.failed(error);
      return false;
    }
    this.#outage.begin(error);
    return this.#outage.over();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
