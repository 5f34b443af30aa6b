import { defineConfig, devices } from '@playwright/test';

/**
 * A real Chromium, a real server, a real worker. Two tests side by side, each with a product of its own; nothing is tried
 * twice: a test that passes only sometimes has found something. `kafka`: what needs Apache Kafka.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: { executablePath: process.env.CHROMIUM_PATH, args: ['--no-sandbox'] },
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'embedded', testMatch: '*.spec.ts', testIgnore: '*.kafka.spec.ts' },
    { name: 'kafka', testMatch: '*.kafka.spec.ts' },
  ],
});
