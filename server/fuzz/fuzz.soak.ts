import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import { targets } from './targets.ts';

const firstSeed = inject('firstSeed');
const seeds = inject('seeds');
const keptIn = join(import.meta.dirname, '../../.cache/fuzz');

test.for(Object.entries(targets))('%s: a million inputs, with those of the others', async ([name, open]) => {
  const began = performance.now();
  const inputs = await runCampaign({ name, open, firstSeed, seeds, keptIn });
  expect(inputs).toBeGreaterThanOrEqual(seeds);
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${name}: ${inputs} inputs of seeds ${firstSeed} to ${firstSeed + seeds - 1} in ${seconds} s\n`);
});
