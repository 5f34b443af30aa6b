import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { poisonTests } from './poison/poison.contract.ts';

poisonTests('Kafka', () => {
  const own = randomUUID();
  return {
    KAFKA_ENABLED: 'true',
    KAFKA_BOOTSTRAP_SERVERS: inject('kafka').bootstrap.plaintext,
    KAFKA_TOPIC_IMAGE_PROCESSING: `${own}.image.processing`,
    KAFKA_TOPIC_TASK_UPDATES: `${own}.task-updates`,
    KAFKA_TOPIC_TASK_EVENTS: `${own}.task-events`,
    KAFKA_TOPIC_NOTIFICATION_REQUEST: `${own}.notification.request`,
    KAFKA_CONSUMER_GROUP_PROCESSING: `${own}.image-processing`,
    KAFKA_CONSUMER_GROUP_PROJECTION: `${own}.task-projection`,
  };
});
