// @ts-check
import { watch } from 'node:fs';
import { prepare } from './prepare.mjs';
import { startProduct } from './product.mjs';

/** `npm run dev`: the page reloads itself; server and worker start again when a source of theirs changes. */
const node = await prepare();
const product = await startProduct(node, { serverArguments: ['--dev'] });
restartOnChange('core', ['server', 'worker']);
restartOnChange('server', ['server']);
restartOnChange('worker', ['worker']);
process.exit(await product.ended);

/**
 * Restarts the programs once the folder has been quiet for a moment: an editor saves in more than one step.
 *
 * @param {string} folder
 * @param {string[]} programs
 */
function restartOnChange(folder, programs) {
  /** @type {NodeJS.Timeout | undefined} */
  let quiet;
  watch(folder, { recursive: true }, (_event, file) => {
    if (!file?.endsWith('.ts') || file.endsWith('.test.ts')) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => programs.forEach((name) => product.restart(name)), 100);
  });
}
