import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { toMessage } from '#core/broker/messages.ts';
import type { Task } from '#core/domain/api.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import type { Services } from '#core/services.ts';

/** An update as a reader met it. */
export interface Seen {
  /** Where the update's name is in. */
  text: string;
  at: number;
}

/** Milliseconds on the one clock of this machine: comparable between processes, finer than `Date.now()`. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Says what a worker would: turn by turn a row starts an attempt, or is to be tried again, so that every update changes a
 * row's state. Each names a worker of its own, by which a reader knows the update again.
 */
export class UpdateSource {
  /** When each was published, right before it was. */
  readonly publishedAt: number[] = [];
  readonly #services: Services;
  readonly #tasks: Task[];

  constructor(services: Services, tasks: Task[]) {
    this.#services = services;
    this.#tasks = tasks;
  }

  /** Publishes one by one, evenly spread, whether or not those before are durable. */
  async publish({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<void> {
    const { broker, topics } = this.#services;
    const publishing: Promise<unknown>[] = [];
    const began = performance.now();
    for (let n = 0; n < perSecond * seconds; n += 1) {
      const early = began + (n * 1000) / perSecond - performance.now();
      if (early > 0) await delay(early);
      const update = this.#next();
      const message = toMessage(update.user_id, update);
      this.publishedAt.push(wallClock());
      publishing.push(broker.publish(topics.updates, [message]));
    }
    await Promise.all(publishing);
  }

  /** Name of the update published last. */
  get last(): string {
    return nameOf(this.publishedAt.length - 1);
  }

  /** How long each of the updates took that were seen, from its publish, those before `first` left out; rising. */
  latencies(seen: Seen[], first: number): number[] {
    const firstSeen = new Map<number, number>();
    for (const { text, at } of seen) {
      const n = numberOf(text);
      if (n !== null && n >= first && !firstSeen.has(n)) firstSeen.set(n, at);
    }
    return [...firstSeen].map(([n, at]) => at - (this.publishedAt[n] ?? Number.NaN)).toSorted((a, b) => a - b);
  }

  #next(): TaskUpdate {
    const n = this.publishedAt.length;
    const task = this.#tasks[n % this.#tasks.length];
    if (!task) throw new Error('There is no task to speak of.');
    const turn = Math.floor(n / this.#tasks.length);
    const about = {
      user_id: task.user_id,
      task_id: task.id,
      image_id: task.image_id,
      batch: task.batch,
      run: task.run,
    };
    const timestamp = new Date().toISOString();
    const change =
      turn % 2 === 0
        ? ({ type: 'task.started', changes: { status: 'running', started_at: timestamp } } as const)
        : ({
            type: 'task.retrying',
            changes: { status: 'retrying', error: { code: 'bench', detail: 'Once more.' } },
          } as const);
    return { id: uuid(), version: 1, timestamp, ...about, ...change, attempt: 1 + (turn >> 1), worker: nameOf(n) };
  }
}

function nameOf(n: number): string {
  return `update-${n}`;
}

function numberOf(text: string): number | null {
  const digits = /update-(\d+)/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
