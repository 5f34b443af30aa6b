import { expect, test } from 'vitest';
import { runSeed } from './scenario.ts';

/** How many seeds, and the first of them: `SEEDS=10000` to search, `SEED=17 SEEDS=1` to see one again. */
const seeds = Number(process.env['SEEDS'] ?? 300);
const first = Number(process.env['SEED'] ?? 1);

test(
  `whatever happens, in ${seeds} runs from seed ${first}, nothing is lost, overtaken, doubled or left behind`,
  { timeout: 60_000 + seeds * 100 },
  async () => {
    for (let seed = first; seed < first + seeds; seed += 1) {
      await runSeed(seed).catch((violation: unknown) => {
        throw new Error(`SEED=${seed} SEEDS=1: ${String(violation)}`, { cause: violation });
      });
    }
    expect.assertions(0);
  },
);
