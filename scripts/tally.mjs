// @ts-check
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 */

/** @param {Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** A check that passes or fails as a whole. @param {number} exitCode @returns {Tally} */
export function ofCheck(exitCode) {
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * What Vitest's JSON report counts; a file that could not be loaded is a failure of its own.
 *
 * @param {string} report path
 * @param {number} exitCode
 */
export function ofVitest(report, exitCode) {
  return trusted(exitCode, report, (json) => ({
    passed: json.numPassedTests,
    failed:
      json.numFailedTests +
      json.testResults.filter(
        (/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) =>
          file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
      ).length,
    skipped: json.numPendingTests + json.numTodoTests,
  }));
}

/**
 * What Playwright's JSON report counts; a test that passed at its second attempt has failed.
 *
 * @param {string} report path
 * @param {number} exitCode
 */
export function ofPlaywright(report, exitCode) {
  return trusted(exitCode, report, ({ stats, errors }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  }));
}

/**
 * A runner that left no report, ran nothing, or ended badly with no test to blame counts as one failure.
 *
 * @param {number} exitCode
 * @param {string} report
 * @param {(json: any) => Tally} read
 * @returns {Tally}
 */
function trusted(exitCode, report, read) {
  const tally = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  const believable = tally.failed > 0 || (exitCode === 0 && tally.passed > 0);
  return believable ? tally : { ...tally, failed: 1 };
}

/** The closing line. @param {Tally} tally */
export function toLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
