// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root, run } from './run.mjs';

const marker = join(root, 'node_modules', '.darkroom-lock');

/** Installs what package-lock.json names, unless that very lock is installed already. */
export async function ensureInstalled() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;

  console.log('Installing dependencies (npm ci)');
  const { program, args } = npm();
  const code = await run(program, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0)
    fail(`npm ci failed with exit code ${code}: see its message above. Is the package registry reachable?`);
  writeFileSync(marker, lock);
}

/** npm as this very script was started by it, or the one on the path. */
export function npm() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { program: process.execPath, args: [script] };
  return process.platform === 'win32' ? { program: 'cmd', args: ['/c', 'npm'] } : { program: 'npm', args: [] };
}
