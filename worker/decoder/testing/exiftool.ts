import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../../node_modules/exiftool-vendored.pl/bin/exiftool');

/** Tags of a file as `Group:Name`, with their values as text. */
export type Tags = Record<string, string>;

/** False, with a warning, where this machine has no Perl to run ExifTool with. */
export function hasExifTool(): boolean {
  const works = spawnSync('perl', [script, '-ver']).status === 0;
  if (!works) process.emitWarning('What derivatives carry is not judged by ExifTool: it needs Perl.');
  return works;
}

/** Every tag of each file, also those that are unknown, in more than one place or embedded, in the order of the files. */
export async function readTags(files: string[]): Promise<Tags[]> {
  const options = ['-json', '-G1', '-a', '-u', '-U', '-ee', '-s', '-charset', 'filename=UTF8'];
  const read: Tags[] = [];
  for (let at = 0; at < files.length; at += 100) {
    const { stdout } = await exifTool([...options, ...files.slice(at, at + 100)]);
    const found = JSON.parse(stdout === '' ? '[]' : stdout) as Record<string, unknown>[];
    read.push(
      ...found.map((tags) =>
        Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, `${value as string}`])),
      ),
    );
  }
  return read;
}

/** Writes tags into a file. */
export async function writeTags(file: string, tags: string[]): Promise<void> {
  await exifTool(['-overwrite_original', '-m', ...tags, file]);
}

/** ExifTool ends with 1 where it had to complain of one of the files, which hostile pictures are there for. */
async function exifTool(args: string[]): Promise<{ stdout: string }> {
  return run('perl', [script, ...args], { maxBuffer: 256 << 20 }).catch((error: { code?: unknown; stdout: string }) => {
    if (error.code === 1) return error;
    throw error;
  });
}
