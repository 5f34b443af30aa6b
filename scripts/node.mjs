// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './run.mjs';

const wanted = 24;

/**
 * Path of a Node that runs the product: the present one if it is new enough, else the one that came with the dependencies.
 * Ends the script with one line where there is neither.
 */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;

  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const folder = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin');
  const shipped = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(shipped)) return shipped;

  return fail(
    `Darkroom needs Node ${wanted} or newer and this is ${process.version}. ` +
      `There is no packaged Node for ${process.platform}-${process.arch}: install it from https://nodejs.org and try again.`,
  );
}
