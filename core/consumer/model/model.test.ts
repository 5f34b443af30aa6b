import { expect, inject, test } from 'vitest';
import { runSeed } from './scenario.ts';

const seeds = inject('seeds');
const first = inject('firstSeed');

test(
  `whatever happens, in ${seeds} runs from seed ${first}, nothing is lost, overtaken, doubled or left behind`,
  { timeout: 60_000 + seeds * 100 },
  async () => {
    for (let seed = first; seed < first + seeds; seed += 1) {
      await expect(runSeed(seed)).resolves.toBeUndefined();
    }
  },
);
