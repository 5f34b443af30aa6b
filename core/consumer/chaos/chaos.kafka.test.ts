import { expect, inject, test } from 'vitest';
import { runChaos } from './chaos.ts';
import { brief } from './pace.ts';

const { bootstrap } = inject('kafka');

test.for(['in-order', 'by-key'] as const)(
  '%s on Kafka: members are killed, frozen, come and go, and nothing is lost or overtaken',
  async (mode) => {
    const meet = () => ({ log: 'kafka', bootstrap: bootstrap.plaintext }) as const;
    const { verdict } = await runChaos({ ...brief, mode, meet, seed: inject('firstSeed') });
    expect(verdict.lost).toEqual([]);
    expect(verdict.takeovers).not.toEqual([]);
  },
);
