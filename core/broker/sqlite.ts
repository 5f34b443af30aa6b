import type { MessageBroker } from './broker.ts';
import { brokerOver } from './log/broker.ts';
import { SqliteLog } from './sqlite/sqlite-log.ts';

export interface SqliteBrokerOptions {
  /** The file; its folder must exist. Every process of this machine that opens it meets the others in it. */
  path: string;
  /** Time within which the partitions of a member that froze go to others; those of a killed one go at once. */
  sessionMs?: number;
  /** Time after which a main thread that never comes round counts as hanging, and its partitions go to others. */
  stallMs?: number;
  retentionEveryMs?: number;
  /** What every group is done with stays this long in a topic that is work. */
  workKeptMs?: number;
}

/** Opens the log in a SQLite file. Rejects with `broker_unavailable` or `storage_full` if it cannot be used. */
export async function openSqliteBroker(options: SqliteBrokerOptions): Promise<MessageBroker> {
  const {
    path,
    sessionMs = 10_000,
    stallMs = 3 * sessionMs,
    retentionEveryMs = 30_000,
    workKeptMs = 3_600_000,
  } = options;
  // The lease is shorter than the session by the time that may pass until another member looks.
  const broker = brokerOver(
    new SqliteLog({ path, leaseMs: (sessionMs * 3) / 4, stallMs, retentionEveryMs, workKeptMs }),
  );
  try {
    await broker.ping();
    return broker;
  } catch (error) {
    await broker.close();
    throw error;
  }
}
