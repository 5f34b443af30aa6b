import type { ConsumerName } from '#core/consumer/groups.ts';
import type { Services } from '#core/services.ts';
import { startDeadLetters } from './dead-letters.ts';
import { startProcessing } from './process.ts';
import { startProjection } from './project.ts';

/** A consumer at work. */
export interface Running {
  /** Rejects if it failed for good. */
  readonly ended: Promise<void>;
  /** Finishes what runs within the deadline, gives back the rest. */
  stop(options: { deadlineMs: number }): Promise<void>;
}

/** Every consumer there is. They are started in the order of the settings. */
export const consumers: Record<ConsumerName, (services: Services) => Running | Promise<Running>> = {
  process: (services) => startProcessing(services),
  project: startProjection,
  'dead-letters': startDeadLetters,
};
