import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ofCheck, ofPlaywright, ofVitest, sum, toLine } from './tally.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function report(json: object): string {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const vitest = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };
const playwright = { stats: { expected: 5, unexpected: 0, flaky: 0, skipped: 2 }, errors: [] };

test('passed, failed and skipped tests of both runners are counted', () => {
  expect(ofVitest(report({ ...vitest, numFailedTests: 2 }), 1)).toEqual({ passed: 7, failed: 2, skipped: 1 });
  expect(ofPlaywright(report(playwright), 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
});

test('a test file that could not be loaded is one failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(ofVitest(report({ ...vitest, testResults }), 1)).toMatchObject({ failed: 1 });
});

test('a test that passed only when repeated has failed', () => {
  const stats = { expected: 4, unexpected: 0, flaky: 1, skipped: 0 };
  expect(ofPlaywright(report({ ...playwright, stats }), 0)).toMatchObject({ failed: 1 });
});

test.each([
  ['left no report', () => ofVitest(join(folder, 'none.json'), 0)],
  [
    'ran no test',
    () => ofPlaywright(report({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [] }), 0),
  ],
  ['ended badly with no test to blame', () => ofVitest(report(vitest), 1)],
])('a runner that %s counts as a failure', (_what, count) => {
  expect(count().failed).toBe(1);
});

test('the closing line names what was skipped only where something was', () => {
  expect(toLine(sum([ofCheck(0), ofCheck(1), { passed: 3, failed: 0, skipped: 0 }]))).toBe('4 passed, 1 failed');
  expect(toLine({ passed: 1, failed: 0, skipped: 2 })).toBe('1 passed, 0 failed, 2 skipped');
});
