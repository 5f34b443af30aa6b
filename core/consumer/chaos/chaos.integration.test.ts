import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { runChaos } from './chaos.ts';
import { brief } from './pace.ts';

test.for(['in-order', 'by-key'] as const)(
  '%s on SQLite: members are killed, frozen, come and go, and nothing is lost or overtaken',
  async (mode) => {
    const meet = (folder: string) => ({ log: 'sqlite', path: join(folder, 'log.db') }) as const;
    const { verdict } = await runChaos({ ...brief, mode, meet, seed: inject('firstSeed') });
    expect(verdict.lost).toEqual([]);
    expect(verdict.takeovers).not.toEqual([]);
  },
);
