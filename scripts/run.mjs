// @ts-check
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: every script works there, wherever it is called from. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What every program is given: Node keeps its compiled code from one start to the next, which takes a third off the time to
 * start, and Next does not phone home.
 *
 * @type {NodeJS.ProcessEnv}
 */
export const environment = {
  NODE_COMPILE_CACHE: join(root, '.cache', 'node'),
  NEXT_TELEMETRY_DISABLED: '1',
  ...process.env,
};

/**
 * Runs a program to its end, its output shown as it comes. Resolves to its exit code; a program that a signal ended or that
 * could not be started counts as 1.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { env = environment, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env, timeout: timeoutMs });
    child.once('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * The script behind a package's command, to be run with a Node of our choice instead of the one its first line finds.
 *
 * @param {string} packageName
 * @param {string} [command]
 */
export function commandOf(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Ends the script with one line that says what is wrong.
 *
 * @param {string} line
 * @param {number} [code]
 * @returns {never}
 */
export function fail(line, code = 1) {
  console.error(line);
  process.exit(code);
}
