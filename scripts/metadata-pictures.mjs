// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../.cache/metadata-pictures');
const packages = ['pillow', 'exiv2'];
const pictures = ['pillow-*/Tests/images', 'exiv2-*/test/data'];

/**
 * Paths of the pictures in Debian's source packages of Pillow and exiv2, which carry metadata of every camera and program
 * there is. Fetched once with apt and kept out of the repository. Throws where they cannot be had.
 */
export function metadataPictures() {
  if (!existsSync(folder)) fetchMetadataPictures();
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function fetchMetadataPictures() {
  const work = mkdtempSync(join(tmpdir(), 'darkroom-metadata-pictures-'));
  const inWork = { cwd: work, stdio: /** @type {const} */ ('ignore') };
  try {
    const apt = aptFor(work);
    execFileSync('apt-get', [...apt, 'update'], inWork);
    execFileSync('apt-get', [...apt, 'source', '--download-only', ...packages], inWork);
    mkdirSync(join(work, 'pictures'));
    for (const archive of globSync('*.orig.tar.*', { cwd: work }).filter((name) => !name.endsWith('.asc'))) {
      const wanted = pictures.filter((path) => path.startsWith(archive.split('_')[0] ?? ''));
      execFileSync('tar', ['xf', archive, '-C', 'pictures', '--wildcards', ...wanted], inWork);
    }
    mkdirSync(join(folder, '..'), { recursive: true });
    execFileSync('cp', ['-r', join(work, 'pictures'), `${folder}.new`]);
    renameSync(`${folder}.new`, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Machines name no source packages by themselves: these options have apt ask for those of this very Debian, and leave its own
 * lists alone.
 *
 * @param {string} work
 */
function aptFor(work) {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const list = join(work, 'sources.list');
  writeFileSync(list, `deb-src [signed-by=${keys}] http://deb.debian.org/debian ${release} main\n`);
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  const options = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
