import { randomUUID } from 'node:crypto';
import { readConfig } from '#core/config.ts';
import { openLog } from '#core/telemetry/log.ts';
import type { MessageBroker } from '../../broker.ts';
import { brokerOver } from '../../log/broker.ts';
import { openKafkaLog } from '../../kafka.ts';
import { prefixedLog } from './prefixed-log.ts';

/** The cluster at these addresses, with topics and groups of one's own where a prefix is given. */
export function openKafka(bootstrap: string, settings: Record<string, string> = {}, prefix = ''): MessageBroker {
  const config = readConfig({ KAFKA_ENABLED: 'true', KAFKA_BOOTSTRAP_SERVERS: bootstrap, ...settings });
  return brokerOver(prefixedLog(openKafkaLog(config, openLog('test', 'silent')), prefix));
}

/** Topics and groups that nobody else has. */
export function ownPrefix(): string {
  return `${randomUUID()}.`;
}
