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

export function isDeadLetterTopic(topic: string): boolean {
  return topic.endsWith(deadLetterTopic(''));
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Every topic there is. What is work or a fact not yet folded stays until it is read; reports of a moment go soon. */
export function topicSpecs(config: Config): TopicSpec[] {
  const topics = topicsOf(config);
  const read: TopicSpec[] = [
    { name: topics.processing, partitions: config.KAFKA_TOPIC_IMAGE_PROCESSING_PARTITIONS, retention: 'work' },
    { name: topics.updates, partitions: config.KAFKA_TOPIC_TASK_UPDATES_PARTITIONS, retention: 'work' },
    { name: topics.events, partitions: config.KAFKA_TOPIC_TASK_EVENTS_PARTITIONS, retention: 7 * day },
    {
      name: config.KAFKA_TOPIC_NOTIFICATION_REQUEST,
      partitions: config.KAFKA_TOPIC_NOTIFICATION_REQUEST_PARTITIONS,
      retention: 7 * day,
    },
  ];
  const deadLetters = read.map(({ name }) => ({
    name: deadLetterTopic(name),
    partitions: 1,
    retention: 'work' as const,
  }));
  const moments = [topics.workerControl, topics.workerStatus].map((name) => ({
    name,
    partitions: 1,
    retention: 10 * minute,
  }));
  return [...read, ...deadLetters, ...moments];
}
