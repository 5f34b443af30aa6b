import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#core/config.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { MessageBroker } from './broker.ts';
import { openKafkaBroker } from './kafka.ts';
import { openSqliteBroker } from './sqlite.ts';

/** Opens the broker that the settings name: Kafka, or the log in `DATA_DIR`. */
export async function openBroker(config: Config, log: Log): Promise<MessageBroker> {
  if (config.KAFKA_ENABLED) return openKafkaBroker(config, log);
  await mkdir(config.DATA_DIR, { recursive: true });
  const path = join(config.DATA_DIR, 'log.db');
  const broker = await openSqliteBroker({ path });
  log.debug({ path }, 'the message log is open');
  return broker;
}
