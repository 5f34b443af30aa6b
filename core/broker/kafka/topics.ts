import { DarkroomError } from '#core/errors.ts';
import type { TopicSpec } from '../broker.ts';
import { isDeadLetterTopic } from '../topics.ts';
import { partitionMismatch } from '../log/topic-errors.ts';
import type { Admin, Cluster, NewTopic } from './client.ts';
import { isRefusal, isUnknownTopic, reasonOf, unavailable } from './errors.ts';

const maxMessageBytes = 4 << 20;
/** A dead letter is the original and its reason: it has room where the original just had it. */
const maxReasonBytes = 64 << 10;

/** Makes the topics that are not there and checks the partitions of those that are. Throws `invalid_config`. */
export async function makeTopics(admin: Admin, cluster: Cluster, specs: TopicSpec[]): Promise<void> {
  try {
    await cluster.connect();
    const missing: TopicSpec[] = [];
    for (const spec of specs) if ((await partitionsOf(cluster, spec.name)).length === 0) missing.push(spec);
    if (missing.length > 0) {
      await admin.connect();
      await admin.createTopics(missing.map(toTopic));
    }
    for (const { name, partitions } of specs) {
      const has = (await partitionsOf(cluster, name)).length;
      if (has === 0) throw new DarkroomError('broker_unavailable', `Kafka does not yet know ${name}.`);
      if (has !== partitions) throw partitionMismatch(name, has, partitions);
    }
  } catch (error) {
    if (isRefusal(error)) {
      throw new DarkroomError('invalid_config', `Kafka and the KAFKA_ settings do not fit: ${reasonOf(error)}`, {
        cause: error,
      });
    }
    throw unavailable(error);
  }
}

/** The partitions of a topic; none where there is no such topic, or this broker has not yet heard of it. */
export async function partitionsOf(cluster: Cluster, topic: string): Promise<{ partition: number }[]> {
  try {
    await cluster.addMultipleTargetTopics([topic]);
    // kafkajs may know of the topic from a question that was never answered, or one that was put before.
    if (cluster.findTopicPartitionMetadata(topic).length === 0) await cluster.refreshMetadata();
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
    // One that is not there would spoil every later question.
    cluster.targetTopics.delete(topic);
    return [];
  }
  return cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }))
    .toSorted((a, b) => a.partition - b.partition);
}

/**
 * Kafka removes nothing of what is work by itself: `retention.ts` does, once it is done. All that the adapter relies on is
 * said, since the brokers may have defaults of their own: compacting, a largest size, a compression that cannot be read.
 */
function toTopic({ name, partitions, retention }: TopicSpec): NewTopic {
  const entries = {
    'retention.ms': retention === 'work' ? '-1' : String(retention),
    'retention.bytes': '-1',
    'cleanup.policy': 'delete',
    'compression.type': 'producer',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(maxMessageBytes + (isDeadLetterTopic(name) ? maxReasonBytes : 0)),
  };
  const configEntries = Object.entries(entries).map(([key, value]) => ({ name: key, value }));
  return { topic: name, numPartitions: partitions, configEntries };
}
