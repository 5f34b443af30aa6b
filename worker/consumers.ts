import type { Consumer } from '#core/consumer/consumer.ts';
import type { ConsumerName } from '#core/consumer/groups.ts';
import type { Services } from '#core/services.ts';
import { startDeadLetters } from './dead-letters.ts';
import { startProcessing } from './process.ts';
import { startProjection } from './project.ts';

/** A consumer at work. `ended` rejects if it failed for good; `stop` gives back what does not end within the deadline. */
export type Running = Pick<Consumer, 'ended' | 'stop' | 'health' | 'held'>;

/** Every consumer there is. They are started in the order of the settings. */
export const consumers: Record<ConsumerName, (services: Services) => Running | Promise<Running>> = {
  process: (services) => startProcessing(services),
  project: startProjection,
  'dead-letters': startDeadLetters,
};
