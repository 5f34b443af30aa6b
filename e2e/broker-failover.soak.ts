import { expect, it } from 'vitest';
import { startKafka } from '../scripts/kafka/cluster.ts';
import { expectToSurvive } from './broker/survival.ts';

it('loses, repeats and reorders nothing when each node dies in turn, many times over', async () => {
  await using kafka = await startKafka({ nodes: 3 });
  await expect(expectToSurvive(kafka, [1, 2, 3, 1, 2, 3, 1, 2, 3])).resolves.toBeUndefined();
});
