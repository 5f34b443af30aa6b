import type { Config } from '#core/config.ts';
import { fixedTopics, type TopicName } from '#core/domain/events.ts';
import type { TopicSpec } from './broker.ts';

/** What each topic of the catalog is called here. */
export type Topics = Record<TopicName, string>;

export function topicsOf(config: Config): Topics {
  return {
    processing: config.KAFKA_TOPIC_IMAGE_PROCESSING,
    updates: config.KAFKA_TOPIC_TASK_UPDATES,
    events: config.KAFKA_TOPIC_TASK_EVENTS,
    ...fixedTopics,
  };
}

/** Where a consumer puts the messages of a topic it gave up on. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Every topic there is. What is work or a fact not yet folded stays until it is read; reports of a moment go soon. */
export function topicSpecs(topics: Topics): TopicSpec[] {
  return [
    { name: topics.processing, partitions: 8, retention: 'work' },
    { name: topics.updates, partitions: 4, retention: 'work' },
    { name: topics.events, partitions: 4, retention: 7 * day },
    { name: topics.workerControl, partitions: 1, retention: 10 * minute },
    { name: topics.workerStatus, partitions: 1, retention: 10 * minute },
    { name: deadLetterTopic(topics.processing), partitions: 1, retention: 'work' },
    { name: deadLetterTopic(topics.updates), partitions: 1, retention: 'work' },
  ];
}
