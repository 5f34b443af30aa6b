// @ts-check
import { ensureBuilt } from './build.mjs';
import { prepare } from './prepare.mjs';
import { commandOf, fail, run } from './run.mjs';

/**
 * `npm run soak [-- word…]`: what is too long for every run (kills at every side effect, thousands of seeds, fuzzing).
 * SEEDS sets how many seeds each randomised test takes.
 */
const node = await prepare();
if (!(await ensureBuilt(node))) fail('The page could not be built: see the message of next build above.');
process.exit(await run(node, [commandOf('vitest'), 'run', '--project', 'soak', ...process.argv.slice(2)]));
