// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import { findBrowser } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { checkSources } from './checks.mjs';
import { installKafka } from './kafka/install.mjs';
import { prepare } from './prepare.mjs';
import { commandOf, environment, run } from './run.mjs';
import { ofCheck, ofPlaywright, ofVitest, sum, toLine } from './tally.mjs';

/** `npm test`: sets up what it needs, runs everything, and closes with one line that counts it. */
const node = await prepare();
const reports = '.cache/reports';
const nothing = { passed: 0, failed: 0, skipped: 0 };
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const browser = await findBrowser(node);
const kafkaLacks = await installKafka().then(
  () => null,
  (/** @type {Error} */ { message }) => message,
);
const built = await ensureBuilt(node);
const total = sum([...(await checkSources(node)), await unitTests(), withoutKafka(), await endToEndTests()]);
console.log(`\n${toLine(total)}`);
process.exit(total.failed === 0 ? 0 : 1);

async function unitTests() {
  console.log('\n— unit, contract, integration and Kafka tests —');
  const report = `${reports}/vitest.json`;
  const projects = ['unit', 'integration', ...(kafkaLacks ? [] : ['kafka'])];
  const args = ['run', ...projects.flatMap((project) => ['--project', project])];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return ofVitest(report, await run(node, [commandOf('vitest'), ...args, ...reporters]));
}

/** What is counted in place of the tests that need Kafka, where it cannot be had. */
function withoutKafka() {
  if (!kafkaLacks) return nothing;
  if (process.env.CI) return failedAtOnce(kafkaLacks);
  console.error(`THE TESTS ON APACHE KAFKA WERE SKIPPED: ${kafkaLacks}`);
  return { ...nothing, skipped: 1 };
}

async function endToEndTests() {
  console.log('\n— end-to-end tests —');
  if (!built) return failedAtOnce('The page could not be built, so its tests were not run.');
  if (!browser && process.env.CI) return failedAtOnce('There is no Chromium and none could be installed.');
  if (!browser) {
    console.error('THE END-TO-END TESTS WERE SKIPPED: there is no Chromium. Run: npx playwright install chromium');
    return { ...nothing, skipped: 1 };
  }
  const report = `${reports}/playwright.json`;
  const env = { ...environment, CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const projects = ['embedded', ...(kafkaLacks ? [] : ['kafka'])];
  const config = ['--config', 'e2e/playwright.config.ts', '--reporter=list,json'];
  const args = ['test', ...config, ...projects.flatMap((project) => ['--project', project])];
  return ofPlaywright(report, await run(node, [commandOf('@playwright/test', 'playwright'), ...args], { env }));
}

/** @param {string} reason */
function failedAtOnce(reason) {
  console.error(reason);
  return ofCheck(1);
}
