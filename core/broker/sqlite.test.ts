import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerContract } from './broker.contract.ts';
import { openSqliteBroker } from './sqlite.ts';

/** A session longer than any test: what happens at once must not wait for it. */
const sessionMs = 60_000;

brokerContract(
  'SQLite',
  async ({ trimsAtOnce }) => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
    const retention = trimsAtOnce ? { retentionEveryMs: 10, workKeptMs: 0 } : {};
    return {
      connect: () => openSqliteBroker({ path: join(folder, 'log.db'), sessionMs, ...retention }),
      close: () => rm(folder, { recursive: true }),
    };
  },
  { killsMembers: false, removesMessages: true },
);
