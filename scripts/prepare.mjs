// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { nodeFlags } from './node-flags.mjs';
import { root } from './run.mjs';

/** Installs the dependencies if need be and resolves to the path of a Node that runs the product. */
export async function prepare() {
  process.chdir(root);
  await ensureInstalled();
  return findNode();
}

/**
 * Arguments for Node itself: what the program needs, and the settings from `.env`.
 *
 * @param {keyof typeof nodeFlags} [program]
 */
export function nodeArguments(program = 'script') {
  return existsSync(join(root, '.env')) ? [...nodeFlags[program], '--env-file=.env'] : nodeFlags[program];
}
