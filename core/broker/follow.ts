import { setTimeout as pause } from 'node:timers/promises';
import { toDarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { MessageBroker, Received } from './broker.ts';

/** The next offset to read, by partition. */
type Offsets = Record<number, number>;

/** A tail that outlives the broker's outages. */
export interface Following {
  /** Resolves once reading has begun: nothing appended later can be missed. */
  readonly ready: Promise<void>;
  health(): { ok: boolean; detail: string };
  stop(): Promise<void>;
}

export interface FollowOptions {
  broker: MessageBroker;
  log: Log;
  topic: string;
  /** Where to begin; asked again until it answers. */
  from: () => Promise<Offsets>;
  /** Told where reading begins: at the start, and whenever the log does not go on where it was left. */
  onBegin: (begins: Offsets) => void;
  onMessages: (messages: Received[]) => void;
}

/** Follows a topic until stopped. When reading breaks it goes on, with backoff, from the message after the last one read. */
export function follow({ broker, log, topic, from, onBegin, onMessages }: FollowOptions): Following {
  const stopping = new AbortController();
  const { signal } = stopping;
  const begun = Promise.withResolvers<void>();
  let next: Offsets | null = null;
  let trouble: string | null = 'not yet reading';

  const read = async () => {
    const tail = broker.tail({ topics: [topic], from: { [topic]: next ?? (await from()) }, maxBatch: 1000, signal });
    const begins = (await tail.ready)[topic] ?? {};
    if (next === null || !same(next, begins)) onBegin(begins);
    next = { ...begins };
    trouble = null;
    begun.resolve();
    for await (const messages of tail) {
      for (const { partition, offset } of messages) next[partition] = offset + 1;
      onMessages(messages);
    }
    if (!signal.aborted) throw new Error('The tail ended.');
  };

  const keepReading = async () => {
    for (let failures = 0; !signal.aborted; failures += 1) {
      await read().catch((error: unknown) => {
        if (signal.aborted) return;
        if (trouble === null) failures = 0;
        trouble = toDarkroomError(error).message;
        log.warn({ err: error, topic }, 'reading a topic broke off; trying again');
      });
      if (!signal.aborted) await pause(Math.min(100 * 2 ** failures, 2000), undefined, { signal }).catch(() => {});
    }
  };

  const ended = keepReading();
  return {
    ready: begun.promise,
    health: () => ({ ok: trouble === null, detail: trouble ?? 'reading' }),
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

function same(a: Offsets, b: Offsets): boolean {
  const partitions = new Set([...Object.keys(a), ...Object.keys(b)].map(Number));
  return [...partitions].every((partition) => a[partition] === b[partition]);
}
