import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { readConfig } from '#core/config.ts';
import { openLog } from '#core/telemetry/log.ts';
import { brokerContract, retentionContract } from './broker.contract.ts';
import { embeddedBroker } from './embedded/broker.ts';
import { openKafkaLog } from './kafka.ts';
import { prefixedLog } from './kafka/testing/prefixed-log.ts';
import type { RetentionOptions } from './kafka/retention.ts';

const { bootstrap } = inject('kafka');
const log = openLog('test', 'silent');

async function open(retention: Partial<RetentionOptions> = {}) {
  const prefix = `${randomUUID()}.`;
  const config = readConfig({ KAFKA_ENABLED: 'true', KAFKA_BOOTSTRAP_SERVERS: bootstrap.plaintext });
  return {
    connect: async () => embeddedBroker(prefixedLog(openKafkaLog(config, log, retention), prefix)),
    close: async () => {},
  };
}

brokerContract('Kafka', open);
retentionContract('Kafka', () => open({ everyMs: 50, workKeptMs: 0 }));
