import { setTimeout as pause } from 'node:timers/promises';
import type { Appended, MessageBroker } from '#core/broker/broker.ts';
import { message } from '#core/broker/contract-bench.ts';

/** A message that was said to be appended, by its number. */
export interface Promised extends Appended {
  number: number;
}

export interface SteadyPublisher {
  /** Batches that were refused, and published again. */
  readonly refused: number;
  /** What was promised. */
  stop(): Promise<Promised[]>;
}

const batchSize = 30;
const keys = 97;

/** Publishes numbers from 0 on, each with the key of its rest, a batch at a time; one that is refused comes again. */
export function publishSteadily(broker: MessageBroker, topic: string): SteadyPublisher {
  const promised: Promised[] = [];
  let refused = 0;
  let stopped = false;

  const publish = async () => {
    for (let first = 0; !stopped; first += batchSize) {
      const numbers = Array.from({ length: batchSize }, (_, index) => first + index);
      const messages = numbers.map((number) => message(`${number}`, `key-${number % keys}`));
      const appended = await broker.publish(topic, messages).catch(() => null);
      if (appended) promised.push(...appended.map((place, index) => ({ ...place, number: first + index })));
      else {
        refused += 1;
        first -= batchSize;
        await pause(100);
      }
    }
  };

  const ended = publish();
  return {
    get refused() {
      return refused;
    },
    async stop() {
      stopped = true;
      await ended;
      return promised;
    },
  };
}
