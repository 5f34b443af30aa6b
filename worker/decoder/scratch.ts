import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDead } from '../identity.ts';

/** Where a child of the pool works: it can read `input`, and read and write `out`. */
export interface ScratchFolder {
  path: string;
  input: string;
  out: string;
}

const abandonedAfterMs = 3_600_000;
const touchEveryMs = 300_000;

/** Scratch space of one worker; everything in it may vanish when the worker ends. */
export interface Scratch extends AsyncDisposable {
  /** The folder of that name, made anew should somebody have cleared it away. */
  folder(name: string): Promise<ScratchFolder>;
  /** Rejects where a file cannot be written now. */
  probe(): Promise<void>;
}

/** Makes a worker's scratch space, and removes that of workers that are dead. */
export async function openScratch(dataDir: string, worker: string): Promise<Scratch> {
  const all = resolve(dataDir, 'scratch');
  const mine = join(all, worker);
  await mkdir(mine, { recursive: true });
  for (const name of await readdir(all)) {
    if (name !== worker && (await isAbandoned(all, name))) await rm(join(all, name), { recursive: true, force: true });
  }
  const touch = () => void utimes(mine, new Date(), new Date()).catch(() => undefined);
  const touching = setInterval(touch, touchEveryMs).unref();
  return {
    async folder(name) {
      const path = join(mine, name);
      const folder = { path, input: join(path, 'in'), out: join(path, 'out') };
      await Promise.all([mkdir(folder.input, { recursive: true }), mkdir(folder.out, { recursive: true })]);
      return folder;
    },
    async probe() {
      await mkdir(mine, { recursive: true });
      const path = join(mine, 'probe');
      await writeFile(path, 'probe');
      await rm(path, { force: true });
    },
    async [Symbol.asyncDispose]() {
      clearInterval(touching);
      await rm(mine, { recursive: true, force: true });
    },
  };
}

/** Its process is gone, or it ran on another machine and has not been touched for long. */
async function isAbandoned(all: string, worker: string): Promise<boolean> {
  const dead = isDead(worker);
  if (dead !== null) return dead;
  const touched = await stat(join(all, worker)).catch(() => null);
  return touched !== null && Date.now() - touched.mtimeMs > abandonedAfterMs;
}
