import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerContract, retentionContract } from './broker.contract.ts';
import { openSqliteBroker, type SqliteBrokerOptions } from './sqlite.ts';

/** The session is longer than any test: what happens at once must not wait for it. */
const options: Partial<SqliteBrokerOptions> = { sessionMs: 60_000 };

async function open(more: Partial<SqliteBrokerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
  return {
    connect: () => openSqliteBroker({ path: join(folder, 'log.db'), ...options, ...more }),
    close: () => rm(folder, { recursive: true }),
  };
}

brokerContract('SQLite', open);
retentionContract('SQLite', () => open({ retentionEveryMs: 10, workKeptMs: 0 }));
