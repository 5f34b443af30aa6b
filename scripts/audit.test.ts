import { expect, test, vi } from 'vitest';
import { ofAudit } from './audit.mjs';

const report = (severities: Record<string, number>, vulnerabilities: object = {}) =>
  JSON.stringify({ vulnerabilities, metadata: { vulnerabilities: { low: 0, high: 0, critical: 0, ...severities } } });

test('an audit without a grave hole passes', () => {
  expect(ofAudit(report({ low: 3 }))).toEqual({ passed: 1, failed: 0, skipped: 0 });
});

test.each(['high', 'critical'])('a hole that is %s fails and is named', (severity) => {
  using said = vi.spyOn(console, 'error').mockReturnValue();
  const hole = { next: { name: 'next', severity, range: '<16.4.6' } };
  expect(ofAudit(report({ [severity]: 1 }, hole))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(said.mock.calls.join('\n')).toContain(`next <16.4.6: ${severity}`);
});

test.each([
  ['offers no audits', '{"message":"405 Method Not Allowed","statusCode":405}', '405'],
  ['cannot be reached', '{"message":"getaddrinfo ENOTFOUND"}', 'ENOTFOUND'],
  ['says nothing', '', 'no answer'],
])('a registry that %s is skipped, loudly', (_what, answer, told) => {
  using said = vi.spyOn(console, 'error').mockReturnValue();
  expect(ofAudit(answer)).toEqual({ passed: 0, failed: 0, skipped: 1 });
  expect(said.mock.calls.join('\n')).toContain(told);
});
