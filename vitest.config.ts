import { defineConfig } from 'vitest/config';

const outside = ['node_modules/**', '.next/**', '.cache/**', 'data/**', 'e2e/**/*.spec.ts'];

/**
 * `unit`: what needs this process only; the contract suites of the ports run here. `integration`: real processes.
 * `soak`: kills, thousands of seeds, fuzzing; only by `npm run soak`. Every file has a process of its own, one a core.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 15_000,
    teardownTimeout: 5_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...outside, '**/*.integration.test.ts'],
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
          name: 'soak',
          include: ['**/*.soak.ts'],
          exclude: outside,
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
