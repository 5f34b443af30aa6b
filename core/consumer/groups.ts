import { deadLetterTopic, topicsOf, topicSpecs } from '#core/broker/topics.ts';
import type { Config } from '#core/config.ts';

export type ConsumerName = Config['WORKER_CONSUMERS'][number];

export interface ConsumerGroup {
  group: string;
  topics: string[];
}

/** Which group every consumer of the worker belongs to, and what it reads. */
export function consumerGroups(config: Config): Record<ConsumerName, ConsumerGroup> {
  const { processing, updates } = topicsOf(config);
  return {
    process: { group: config.KAFKA_CONSUMER_GROUP_PROCESSING, topics: [processing] },
    project: { group: config.KAFKA_CONSUMER_GROUP_PROJECTION, topics: [updates] },
    'dead-letters': { group: 'dead-letters', topics: [...deadLetterSources(config).keys()] },
  };
}

/** Every topic whose messages can die, by the topic that they die into. */
export function deadLetterSources(config: Config): Map<string, string> {
  const names = new Set(topicSpecs(config).map(({ name }) => name));
  const sources = [...names].filter((name) => names.has(deadLetterTopic(name)));
  return new Map(sources.map((name) => [deadLetterTopic(name), name]));
}
