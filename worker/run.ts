import { systemClock } from '#core/consumer/clock.ts';
import { consumerGroups, type ConsumerName } from '#core/consumer/groups.ts';
import { LagWatch } from '#core/consumer/lag-watch.ts';
import type { Services } from '#core/services.ts';
import { consumers, type Running } from './consumers.ts';
import { startHealthServer } from './health-server.ts';
import { WorkerHealth } from './health.ts';

/** How long what runs may take once it is told to stop; then it is given back. */
const stopDeadlineMs = 15_000;

export interface Worker {
  /** Where it can be asked how it is; null where its port was taken. */
  readonly healthUrl: string | null;
  /** Rejects as soon as a consumer failed for good. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the consumers that the settings name, in order; stops them in reverse. */
export async function runWorker(services: Services): Promise<Worker> {
  const { broker, config, log } = services;
  const groups = consumerGroups(config);
  const health = new WorkerHealth();
  const server = await startHealthServer(config, log, health);
  const running: { name: ConsumerName; consumer: Running }[] = [];
  const stop = async () => {
    health.state = 'stopping';
    for (const { name, consumer } of running.splice(0).toReversed()) {
      await consumer.stop({ deadlineMs: stopDeadlineMs });
      log.info({ consumer: name }, 'stopped');
    }
    health.stop();
    await server.stop();
  };
  try {
    for (const name of new Set(config.WORKER_CONSUMERS)) {
      const consumer = await consumers[name](services);
      running.push({ name, consumer });
      health.add(name, new LagWatch({ broker, clock: systemClock, consumer, ...groups[name] }));
      log.info({ consumer: name }, 'started');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  health.state = 'running';
  const ended = Promise.all(running.map(({ consumer }) => consumer.ended)).then(() => undefined);
  ended.catch(() => undefined);
  let stopped: Promise<void> | null = null;
  return { healthUrl: server.url, ended, stop: () => (stopped ??= stop()) };
}
