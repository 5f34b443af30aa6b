// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { root } from './run.mjs';

/** Installs the dependencies if need be and resolves to the path of a Node that runs the product. */
export async function prepare() {
  process.chdir(root);
  await ensureInstalled();
  return findNode();
}

/** Arguments for Node itself, for every program of the product: settings from `.env`, and no note that SQLite is new. */
export function nodeArguments() {
  const quiet = '--disable-warning=ExperimentalWarning';
  return existsSync(join(root, '.env')) ? [quiet, '--env-file=.env'] : [quiet];
}
