// @ts-check
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

const cache = join(root, '.cache', 'kafka');

/**
 * Path of a folder of the cache, made the first time. A folder that is there is whole: it is made under another name and
 * then renamed, so that neither an interruption nor a second process that makes it at the same time can spoil it.
 *
 * @param {string} name
 * @param {(folder: string) => Promise<void>} make
 * @returns {Promise<string>}
 */
export async function cached(name, make) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;

  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
