import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#core/config.ts';

/** What session cookies are signed with: `AUTH_SECRET`, or one that is made once and kept where only this user reads it. */
export async function authSecret({ AUTH_SECRET, DATA_DIR }: Pick<Config, 'AUTH_SECRET' | 'DATA_DIR'>): Promise<string> {
  if (AUTH_SECRET !== undefined) return AUTH_SECRET;
  const path = join(DATA_DIR, 'auth-secret');
  const kept = await readFile(path, 'utf8').catch(ifMissing);
  if (kept) return kept;

  // Linked into place, so that of several servers that start together one wins, and none reads half a secret.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
  await link(draft, path).catch(ifExists);
  await rm(draft);
  return readFile(path, 'utf8');
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function ifExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
