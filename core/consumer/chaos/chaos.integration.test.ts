import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { runChaos } from './chaos.ts';

test.for(['in-order', 'by-key'] as const)(
  '%s: members are killed, frozen, come and go, and nothing is lost or overtaken',
  async (mode, { annotate }) => {
    const summary = await runChaos({
      mode,
      meet: (folder) => ({ log: 'sqlite', path: join(folder, 'log.db'), sessionMs: 2_000 }),
      seed: inject('firstSeed'),
      everyMs: [200, 800],
      faults: { join: 2, leave: 1, kill: 2, watch: 1, doze: 2, sleep: 2, coma: 0 },
      messagesPerSecond: 200,
    });
    await annotate(summary);
    expect(summary).toContain('lost 0');
  },
);
