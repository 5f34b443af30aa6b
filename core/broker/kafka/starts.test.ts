import { expect, test } from 'vitest';
import type { Cluster } from './client.ts';
import { learnTopics } from './starts.ts';

/** A cluster that has these topics only, as kafkajs tells of it. */
function clusterWith(...topics: string[]): Cluster {
  const cluster: Partial<Cluster> = {
    targetTopics: new Set(),
    refreshMetadata: async () => {},
    async addMultipleTargetTopics([topic = '']) {
      if (!topics.includes(topic)) throw Object.assign(new Error('no'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    },
    findTopicPartitionMetadata: (topic) => (topics.includes(topic) ? [{ partitionId: 0, leader: 1 }] : []),
  };
  return cluster as Cluster;
}

test('a topic that others of the group read may be gone', async () => {
  await expect(learnTopics(clusterWith('own'), ['own'], ['own', 'gone'])).resolves.toBeUndefined();
});

test('without a topic of its own a member does not share out the group', async () => {
  const learning = learnTopics(clusterWith('other'), ['own'], ['own', 'other']);
  await expect(learning).rejects.toMatchObject({ code: 'broker_unavailable' });
});
