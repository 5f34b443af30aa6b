import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openLocalStorage } from './local.ts';
import { storageContract } from './storage.contract.ts';

let folder: string;
let opened = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storageContract('local files', () => openLocalStorage(join(folder, String((opened += 1)))));
