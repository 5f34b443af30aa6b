import { DarkroomError } from '#core/errors.ts';
import type { TopicSpec } from '../broker.ts';
import { isDeadLetterTopic } from '../topics.ts';
import { partitionMismatch } from '../embedded/topic-errors.ts';
import type { Admin, NewTopic } from './client.ts';
import { isRefusal, reasonOf, unavailable } from './errors.ts';

const maxMessageBytes = 4 << 20;
/** A dead letter is the original and its reason: it has room where the original just had it. */
const maxReasonBytes = 64 << 10;

/** Makes the topics that are not there and checks the partitions of those that are. Throws `invalid_config`. */
export async function makeTopics(admin: Admin, specs: TopicSpec[]): Promise<void> {
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ name }) => !existing.has(name));
    if (missing.length > 0) await admin.createTopics(missing.map(toTopic));
    const counts = await admin.partitionsOf(specs.map(({ name }) => name));
    for (const { name, partitions } of specs) {
      const has = counts.get(name) ?? 0;
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
