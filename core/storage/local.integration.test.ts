import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLocalStorage } from './local.ts';

describe('local files', () => {
  it('1: a writer that is killed leaves nothing under the key', async () => {
    const root = await mkdtemp(join(tmpdir(), 'darkroom-storage-'));
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/endless-writer.ts'), root, 'marks/a']);
    for await (const dots of writer.stdout) if (String(dots).includes('.')) break;
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    await using storage = await openLocalStorage(root);
    expect(await storage.size('marks/a')).toBeNull();
    expect(await Array.fromAsync(storage.list(''))).toEqual([]);
    expect(await readdir(join(root, '.tmp'))).toHaveLength(1);
    await rm(root, { recursive: true });
  });
});
