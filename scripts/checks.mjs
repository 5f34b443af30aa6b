// @ts-check
import { existsSync } from 'node:fs';
import { auditDependencies } from './audit.mjs';
import { commandOf, run } from './run.mjs';
import { ofCheck } from './tally.mjs';

/**
 * Format, lint, types, the list of codecs and the audit of dependencies, each with its own output. Resolves to one tally for
 * each.
 *
 * @param {string} node
 */
export async function checkSources(node) {
  if (!existsSync('next-env.d.ts')) await run(node, [commandOf('next'), 'typegen']);
  const checks = {
    format: [commandOf('oxfmt'), '--check', '.'],
    lint: [commandOf('oxlint')],
    types: [commandOf('typescript', 'tsc'), '--noEmit', '-p', '.'],
    codecs: ['scripts/codecs.mjs'],
  };
  const tallies = [];
  for (const [name, args] of Object.entries(checks)) {
    console.log(`\n— ${name} —`);
    tallies.push(ofCheck(await run(node, args)));
  }
  console.log('\n— audit —');
  return [...tallies, await auditDependencies()];
}
