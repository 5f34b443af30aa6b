import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import type { Topics } from '#core/broker/topics.ts';
import type { Database } from '#core/database/database.ts';
import type { NewImage } from '#core/database/images.ts';
import { databasePath, migrate } from '#core/database/migrate.ts';
import { openDatabase } from '#core/database/open.ts';

export const topics: Topics = {
  processing: 'image.processing',
  updates: 'task-updates',
  events: 'task-events',
  workerControl: 'worker-control',
  workerStatus: 'worker-status',
};

let template: Promise<string> | null = null;
afterAll(async () => {
  if (template) await rm(await template, { recursive: true });
  template = null;
});

/** Migrated once for all tests of a file: a copy costs less than the migrations. */
async function migratedTemplate(): Promise<string> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'darkroom-template-'));
  await migrate({ DATA_DIR });
  return DATA_DIR;
}

/** A folder with a migrated database in it, removed after the test. */
export async function newFolder(parent = tmpdir()): Promise<{ DATA_DIR: string }> {
  const DATA_DIR = await mkdtemp(join(parent, 'darkroom-database-'));
  onTestFinished(() => rm(DATA_DIR, { recursive: true, force: true }));
  template ??= migratedTemplate();
  await copyFile(databasePath({ DATA_DIR: await template }), databasePath({ DATA_DIR }));
  return { DATA_DIR };
}

/** An open database of its own, closed and removed after the test. */
export async function newDatabase(): Promise<Database> {
  return open(await newFolder());
}

/** The database of the folder, as one more process would open it; closed after the test. */
export async function open(folder: { DATA_DIR: string }): Promise<Database> {
  const database = await openDatabase(folder);
  onTestFinished(() => database.close());
  return database;
}

let made = 0;

/** An image that differs from all others in what has to differ. */
export function newImage(changes: Partial<NewImage> = {}): NewImage {
  made += 1;
  return {
    id: crypto.randomUUID(),
    task_id: crypto.randomUUID(),
    user_id: 'owner',
    sha256: made.toString(16).padStart(64, '0'),
    filename: `IMG_${made}.jpg`,
    format: 'jpeg',
    width: 4000,
    height: 3000,
    bytes: 1000,
    batch: null,
    upload_id: null,
    preset: { name: 'web', version: 1 },
    created_at: new Date(Date.UTC(2026, 0, 1) + made).toISOString(),
    ...changes,
  };
}
