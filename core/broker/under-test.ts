import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#core/config.ts';
import { openLog } from '#core/telemetry/log.ts';
import type { BrokerUnderTest } from './contract-bench.ts';
import { brokerOver } from './log/broker.ts';
import { openKafkaLog } from './kafka.ts';
import type { RetentionOptions } from './kafka/retention.ts';
import { prefixedLog } from './kafka/testing/prefixed-log.ts';
import { MemoryLog } from './memory-log.ts';
import { openMemoryBroker } from './memory.ts';
import { openSqliteBroker, type SqliteBrokerOptions } from './sqlite.ts';

/** Each adapter with nothing in it, for the suites that hold of all of them. */
export async function memoryUnderTest(): Promise<BrokerUnderTest> {
  const log = new MemoryLog();
  return {
    connect: async () => openMemoryBroker(log),
    close: async () => {},
    killMember: (member) => log.killMember(member),
  };
}

/** In a folder of its own. The session is longer than any test: what happens at once must not wait for it. */
export async function sqliteUnderTest(options: Partial<SqliteBrokerOptions> = {}): Promise<BrokerUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
  return {
    connect: () => openSqliteBroker({ path: join(folder, 'log.db'), sessionMs: 60_000, ...options }),
    close: () => rm(folder, { recursive: true }),
  };
}

/** In topics and groups of its own on a cluster that is shared. */
export async function kafkaUnderTest(
  bootstrap: string,
  retention: Partial<RetentionOptions> = {},
): Promise<BrokerUnderTest> {
  const prefix = `${randomUUID()}.`;
  const config = readConfig({ KAFKA_ENABLED: 'true', KAFKA_BOOTSTRAP_SERVERS: bootstrap });
  const log = openLog('test', 'silent');
  return {
    connect: async () => brokerOver(prefixedLog(openKafkaLog(config, log, retention), prefix)),
    close: async () => {},
  };
}
