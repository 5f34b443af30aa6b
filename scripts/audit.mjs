// @ts-check
import { execFile } from 'node:child_process';
import { npm } from './install.mjs';
import { root } from './run.mjs';

const timeoutMs = 60_000;

/**
 * Asks the registry for holes that are known in what Darkroom runs on. One that is high or critical fails; a registry that
 * does not say, or cannot be reached, is skipped and said so: it is no proof of anything.
 *
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function auditDependencies() {
  const tally = ofAudit(await askRegistry());
  if (tally.passed > 0) console.log('No hole that is high or critical is known.');
  return tally;
}

/**
 * What the JSON of `npm audit` counts as.
 *
 * @param {string} report
 * @returns {import('./tally.mjs').Tally}
 */
export function ofAudit(report) {
  const { vulnerabilities, metadata, message } = parse(report);
  if (metadata?.vulnerabilities === undefined) {
    console.error(`THE AUDIT OF DEPENDENCIES WAS SKIPPED: ${message ?? 'the registry gave no answer'}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const grave = Object.values(vulnerabilities ?? {}).filter(({ severity }) => ['high', 'critical'].includes(severity));
  for (const { name, severity, range } of grave) console.error(`${name} ${range}: ${severity}`);
  if (grave.length > 0) console.error('Run: npm audit --omit=dev');
  const { high, critical } = metadata.vulnerabilities;
  return { passed: Number(high + critical === 0), failed: Number(high + critical > 0), skipped: 0 };
}

/** @returns {Promise<string>} */
function askRegistry() {
  const { program, args } = npm();
  const audit = [...args, 'audit', '--omit=dev', '--audit-level=high', '--json', '--loglevel=silent'];
  return new Promise((resolve) => {
    // Its exit code says the same for a hole and for a registry that is away.
    execFile(program, audit, { cwd: root, timeout: timeoutMs, maxBuffer: 64 << 20 }, (_error, report) =>
      resolve(report),
    );
  });
}

/**
 * @param {string} report
 * @returns {{
 *   message?: string;
 *   metadata?: { vulnerabilities?: { high: number; critical: number } };
 *   vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
 * }}
 */
function parse(report) {
  try {
    return JSON.parse(report);
  } catch {
    return {};
  }
}
