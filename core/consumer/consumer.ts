import type { Assignment, MessageBroker, Received } from '#core/broker/broker.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import { z } from 'zod';
import { systemClock, type Clock } from './clock.ts';
import { Engine } from './engine.ts';
import type { Health } from './health.ts';
import { checkNames } from './names.ts';
import { isServiceOutage } from './outage.ts';
import { defaultRetry, type RetryPolicy } from './retry.ts';
import type { Stats } from './stats.ts';

/** What must not overlap: messages of a partition, of a key (a message without one is alone), or nothing. */
export type LaneRule = 'partition' | 'key' | 'message';

/**
 * What is committed, and when. `each`: a message (or batch) once it is finished, awaited before the next begins.
 * `watermark`: some ms after progress, the offset below which all is finished, with what is finished beyond it in the
 * metadata. `interval`: every 5 s what was read, finished or not.
 */
export type Commit = 'each' | 'watermark' | 'interval';

export interface Delivery<T> {
  value: T;
  message: Received;
}

/** Why no handler is started, since when (ISO 8601). */
export interface Pause {
  code: string;
  detail: string;
  since: string;
}

export interface ConsumerOptions<T> {
  broker: MessageBroker;
  log: Log;
  /** `kafka_consumer.{group}`. */
  name: string;
  /** `{service}.{group}` or plain. */
  group: string;
  topics: string[];
  lane: LaneRule;
  commit: Commit;
  /** Handlers running at once, at most. A message that waits for its next attempt does not count. */
  concurrency: number;
  /** Most deliveries given to one call of the handler, of what is there already; above 1 only with lane `partition`. */
  batchSize?: number;
  /** Messages of one partition that may be read and not below its watermark; above, the partition is paused. */
  maxGap?: number;
  /** JSON unless told. What it throws makes the message malformed: it goes to the dead letters and is never handled. */
  unpack?: (message: Received) => T;
  /**
   * Resolves once the work is done for good. May be called again with the same message at any time. The signal aborts when
   * the partition is lost or the time to stop has run out; the lane waits for a call that goes on all the same.
   */
  handle: (deliveries: Delivery<T>[], context: { signal: AbortSignal; assignment: Assignment }) => Promise<void>;
  /** How a message that failed is tried again, in its lane. An error whose `retryable` is false is not. */
  retry?: RetryPolicy;
  /**
   * What becomes of a message that failed for good. `stop`: the consumer ends; the message is not committed, nor is
   * anything above it, and it comes again after a restart. `dead-letter`: it goes to the dead letters, and on it goes.
   */
  onFailure: 'stop' | 'dead-letter';
  /**
   * Where messages of a topic go that are given up. Null: there is no such place, and one that would go there ends the
   * consumer; for readers of dead letters, whose `unpack` cannot fail. The topic's own dead letters unless told.
   */
  deadLetterTopic?: ((topic: string) => string) | null;
  /**
   * True for an error that is nobody's fault: the consumer pauses, nothing is charged, and the same message is handled
   * again. A full disk, and storage, database or broker that cannot be reached, unless told.
   */
  isOutage?: (error: unknown) => boolean;
  /** Asked while an outage lasts, after the broker answered: resolves when all is well. */
  recovered?: () => Promise<void>;
  /** Where to begin instead of at the group's commit; null for the commit. For offsets that are kept with the results. */
  startAt?: (topic: string, partition: number) => Promise<number | null>;
  onPaused?: (pause: Pause | null) => void;
  clock?: Clock;
  random?: () => number;
}

/** A partition that a consumer holds, and how many messages it has finished there beyond its commit. */
export interface Held {
  topic: string;
  partition: number;
  finishedAhead: number;
}

/** The options with everything filled in. */
export type Settings<T> = Required<Omit<ConsumerOptions<T>, 'startAt'>> & Pick<ConsumerOptions<T>, 'startAt'>;

export interface Consumer {
  readonly paused: Pause | null;
  /** Starts no handler until `resume`; goes on holding its partitions. */
  pause(reason: { code: string; detail: string }): void;
  resume(): void;
  setConcurrency(concurrency: number): void;
  health(): Health;
  held(): Held[];
  stats(): Readonly<Stats>;
  /**
   * Reads no more, gives back what has not started, lets what runs finish until the deadline and aborts it then, commits
   * what is finished, leaves the group. Ends within a few seconds of the deadline, whatever hangs. May be called again.
   */
  stop(options: { deadlineMs: number }): Promise<void>;
  /** Resolves after `stop`; rejects with the cause once a consumer that failed for good has left its group. */
  readonly ended: Promise<void>;
}

/** One at a time in a partition, committed before the next begins. */
export const inOrder = { lane: 'partition', commit: 'each' } as const;

/** Keys side by side, order within a key, nothing lost, and what is finished is not done again after a restart. */
export const byKey = { lane: 'key', commit: 'watermark' } as const;

/**
 * Everything at once, and every 5 s what was read counts as done: the fastest, for what may be missed. A crash or a
 * rebalance may lose messages, repeat them or reorder them; `stats().committedUnfinished` counts those at risk.
 */
export const fast = { lane: 'message', commit: 'interval' } as const;

/** Joins the group and handles what it is given until it is stopped. Throws `invalid_config`. */
export function startConsumer<T>(options: ConsumerOptions<T>): Consumer {
  checkNames(options.name, options.group);
  const { batchSize = 1, maxGap = 1_000 } = options;
  if (options.topics.length === 0) throw invalid('topics', 'at least one');
  if (batchSize > 1 && options.lane !== 'partition') throw invalid('batchSize', '1 unless the lane is the partition');
  for (const [name, value] of Object.entries({ concurrency: options.concurrency, batchSize, maxGap })) {
    if (!Number.isInteger(value) || value < 1) throw invalid(name, 'a whole number above 0');
  }
  return new Engine<T>({
    ...options,
    batchSize,
    maxGap,
    unpack: options.unpack ?? ((message) => fromMessage(z.unknown(), message) as T),
    retry: options.retry ?? defaultRetry,
    deadLetterTopic: options.deadLetterTopic === undefined ? deadLetterTopic : options.deadLetterTopic,
    isOutage: options.isOutage ?? isServiceOutage,
    recovered: options.recovered ?? (async () => {}),
    onPaused: options.onPaused ?? (() => {}),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
}

function invalid(option: string, takes: string): DarkroomError {
  return new DarkroomError('invalid_config', `The option ${option} of a consumer takes ${takes}.`);
}
