import { expect, inject, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import { targets } from './targets.ts';

const firstSeed = inject('firstSeed');
/** A tenth of what other randomised tests take: a seed here is many inputs, and the soak takes a million. */
const seeds = Math.max(1, Math.floor(inject('seeds') / 10));

test.for(Object.entries(targets))(
  '%s: nothing that comes in is answered by a failure, left open or left behind',
  { timeout: 60_000 },
  async ([name, open]) => {
    expect(await runCampaign({ name, open, firstSeed, seeds })).toBeGreaterThanOrEqual(seeds);
  },
);
