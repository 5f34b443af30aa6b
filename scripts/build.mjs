// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, environment, root, run } from './run.mjs';

/** All that the built page depends on. */
const sources = ['app', 'components', 'core/domain', 'public', 'next.config.ts', 'package-lock.json', 'tsconfig.json'];
const marker = join(root, '.next', 'darkroom-sources');

/**
 * Builds the page unless it was built from these very sources. Resolves to whether there is a build.
 *
 * @param {string} node
 * @returns {Promise<boolean>}
 */
export async function ensureBuilt(node) {
  const hash = hashOf(sources);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return true;

  console.log('Building the page (next build)');
  rmSync(marker, { force: true });
  const code = await run(node, [commandOf('next'), 'build'], {
    env: { ...environment, NODE_ENV: 'production' },
  });
  if (code !== 0) return false;
  mkdirSync(join(root, '.next'), { recursive: true });
  writeFileSync(marker, hash);
  return true;
}

/**
 * One hash over the names and bytes of all files under the paths, tests apart: they are no part of a page.
 *
 * @param {string[]} paths
 */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
    .filter((file) => !/\.test\.tsx?$/.test(file));
}
