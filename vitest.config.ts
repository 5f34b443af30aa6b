import { defineConfig } from 'vitest/config';

const outside = ['node_modules/**', '.next/**', '.cache/**', 'data/**', 'e2e/**/*.spec.ts'];

/**
 * `unit`: what needs this process only; the contract suites of the ports run here. `integration`: real processes.
 * `kafka`: what needs Apache Kafka; one cluster serves all. `soak`: kills, thousands of seeds, fuzzing; only by
 * `npm run soak`. Every file has a process of its own, one a core.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: '100%',
    provide: seedsFrom(process.env, 300),
    testTimeout: 15_000,
    hookTimeout: 15_000,
    teardownTimeout: 5_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...outside, '**/*.integration.test.ts', '**/*.kafka.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: outside,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: ['**/*.kafka.test.ts'],
          exclude: outside,
          globalSetup: 'scripts/kafka/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          provide: seedsFrom(process.env, 10_000),
          include: ['**/*.soak.ts'],
          exclude: outside,
          globalSetup: 'scripts/kafka/global-setup.ts',
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

/** How many seeds a randomised test takes, and the first of them: `SEED=17 SEEDS=1` shows one again. */
function seedsFrom({ SEEDS, SEED }: NodeJS.ProcessEnv, seeds: number) {
  return { seeds: Number(SEEDS ?? seeds), firstSeed: Number(SEED ?? 1) };
}

declare module 'vitest' {
  interface ProvidedContext {
    seeds: number;
    firstSeed: number;
  }
}
