// @ts-check
import { checkSources } from './checks.mjs';
import { prepare } from './prepare.mjs';
import { commandOf, run } from './run.mjs';
import { ofCheck, sum } from './tally.mjs';

/** `npm run check`: format, lint, types, codecs, audit, unit and contract tests; to be run before every commit. */
const node = await prepare();
const checks = await checkSources(node);
console.log('\n— unit and contract tests —');
const tests = ofCheck(await run(node, [commandOf('vitest'), 'run', '--project', 'unit']));
const { failed, skipped } = sum([...checks, tests]);
const well = skipped === 0 ? 'All is well.' : `All that was checked is well; skipped, as said above: ${skipped}.`;
console.log(failed === 0 ? `\n${well}` : `\n${failed} of ${checks.length + 1} checks failed.`);
process.exit(failed === 0 ? 0 : 1);
