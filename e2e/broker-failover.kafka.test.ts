import { expect, it } from 'vitest';
import { startKafka } from '../scripts/kafka/cluster.ts';
import { expectToSurvive } from './broker/survival.ts';

it('loses, repeats and reorders nothing when the node dies that coordinates the groups and leads partitions', async () => {
  await using kafka = await startKafka({ nodes: 3, settings: { 'offsets.topic.num.partitions': 1 } });
  await expect(expectToSurvive(kafka, ['coordinator'])).resolves.toBeUndefined();
});
