// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const folder = join(import.meta.dirname, '../.cache/photographs');
const packages = ['mate-backgrounds', 'plasma-workspace-wallpapers'];
const wanted = 24;

/**
 * Paths of 8 to 16 megapixel JPEG photographs for benchmarks: Debian's wallpapers, fetched once and kept out of the
 * repository. Throws where they cannot be had.
 */
export async function photographs() {
  if (!existsSync(folder)) await fetchPhotographs();
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name));
}

async function fetchPhotographs() {
  const work = mkdtempSync(join(tmpdir(), 'darkroom-photographs-'));
  try {
    execFileSync('apt-get', ['download', ...packages], { cwd: work, stdio: 'ignore' });
    for (const file of globSync('*.deb', { cwd: work })) execFileSync('dpkg', ['-x', file, 'files'], { cwd: work });
    mkdirSync(join(work, 'photographs'));
    const pictures = await largestOfEach(
      globSync('files/**/*.{jpg,png}', { cwd: work }).map((file) => join(work, file)),
    );
    for (const [index, { path, megapixels }] of pictures.slice(0, wanted).entries()) {
      const scale = Math.sqrt(Math.min(16, Math.max(8, megapixels)) / megapixels);
      const { width } = await sharp(path).metadata();
      const to = join(work, `photographs/${String(index).padStart(2, '0')}.jpg`);
      await sharp(path)
        .resize(Math.floor(width * scale))
        .jpeg({ quality: 90 })
        .toFile(to);
    }
    mkdirSync(join(folder, '..'), { recursive: true });
    execFileSync('cp', ['-r', join(work, 'photographs'), `${folder}.new`]);
    renameSync(`${folder}.new`, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Each picture in its largest size, photographs (which come as JPEG) first; what is too small is left out.
 *
 * @param {string[]} paths
 */
async function largestOfEach(paths) {
  /** @type {Map<string, { path: string, megapixels: number }>} */
  const largest = new Map();
  for (const path of paths) {
    const name = path.replace(/(\/contents\/|_\d+x\d+|\.).*$/, '');
    const { width, height } = await sharp(path).metadata();
    const megapixels = (width * height) / 1e6;
    if (megapixels > Math.max(3, largest.get(name)?.megapixels ?? 0)) largest.set(name, { path, megapixels });
  }
  const isPhotograph = (/** @type {{ path: string }} */ { path }) => Number(path.endsWith('.jpg'));
  return [...largest.values()].toSorted((a, b) => isPhotograph(b) - isPhotograph(a) || (a.path < b.path ? -1 : 1));
}
