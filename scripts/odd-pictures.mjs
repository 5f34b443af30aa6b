// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '11.0.0';
const folder = join(import.meta.dirname, `../.cache/odd-pictures-${version}`);

/**
 * Paths of a thousand pictures that broke programs before: the test images in the source package of Pillow, truncated,
 * crashing, bomb-like or merely odd. Fetched once with pip and kept out of the repository. Throws where they cannot be had.
 */
export function oddPictures() {
  if (!existsSync(folder)) fetchOddPictures();
  return globSync('Tests/images/**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function fetchOddPictures() {
  const work = mkdtempSync(join(tmpdir(), 'darkroom-odd-pictures-'));
  try {
    execFileSync('pip', ['download', '--quiet', '--no-deps', '--no-binary', ':all:', `pillow==${version}`], {
      cwd: work,
    });
    execFileSync('tar', ['xzf', `pillow-${version}.tar.gz`, `pillow-${version}/Tests/images`], { cwd: work });
    mkdirSync(join(folder, '..'), { recursive: true });
    execFileSync('cp', ['-r', join(work, `pillow-${version}`), `${folder}.new`]);
    renameSync(`${folder}.new`, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
