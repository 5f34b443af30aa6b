import { startKafka, type KafkaCluster } from '../scripts/kafka/cluster.ts';
import { test as base } from './fixtures.ts';

export { expect } from './fixtures.ts';

interface Fixtures {
  /** An Apache Kafka of the test's own. */
  kafka: KafkaCluster;
}

/** A whole Darkroom on Apache Kafka. */
export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
  async kafka({}, use) {
    await using kafka = await startKafka();
    await use(kafka);
  },

  async settings({ kafka }, use) {
    await use({ KAFKA_ENABLED: 'true', KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap.plaintext });
  },
});
