import type { Services } from '#core/services.ts';
import type { ConsumerName } from '#core/consumer/groups.ts';
import { consumers, type Running } from './consumers.ts';

/** How long what runs may take once it is told to stop; then it is given back. */
const stopDeadlineMs = 15_000;

export interface Worker {
  /** Rejects as soon as a consumer failed for good. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the consumers that the settings name, in order; stops them in reverse. */
export async function runWorker(services: Services): Promise<Worker> {
  const running: { name: ConsumerName; consumer: Running }[] = [];
  const stop = async () => {
    for (const { name, consumer } of running.splice(0).toReversed()) {
      await consumer.stop({ deadlineMs: stopDeadlineMs });
      services.log.info({ consumer: name }, 'stopped');
    }
  };
  try {
    for (const name of new Set(services.config.WORKER_CONSUMERS)) {
      running.push({ name, consumer: await consumers[name](services) });
      services.log.info({ consumer: name }, 'started');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const ended = Promise.all(running.map(({ consumer }) => consumer.ended)).then(() => undefined);
  ended.catch(() => undefined);
  let stopped: Promise<void> | null = null;
  return { ended, stop: () => (stopped ??= stop()) };
}
