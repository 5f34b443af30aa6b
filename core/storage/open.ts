import { join } from 'node:path';
import type { Config } from '#core/config.ts';
import { openLocalStorage } from './local.ts';
import type { Storage } from './storage.ts';

/** The storage that the settings name. */
export function openStorage(config: Pick<Config, 'DATA_DIR'>): Promise<Storage> {
  return openLocalStorage(join(config.DATA_DIR, 'files'));
}
