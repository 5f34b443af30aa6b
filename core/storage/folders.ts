import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Windows cannot open a folder to fsync it; its file system journals names by itself. */
const canSync = process.platform !== 'win32';

async function fsyncFolder(folder: string): Promise<void> {
  if (!canSync) return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/**
 * Folders whose names survive power loss. Those made once are remembered, and fsyncs of one folder that are asked for
 * while another runs share the next.
 */
export class Folders {
  readonly #made = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();

  /** Makes the folder and those above it, each durably. */
  async make(folder: string): Promise<void> {
    if (this.#made.has(folder)) return;
    const first = await mkdir(folder, { recursive: true });
    for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made)) {
      await this.sync(dirname(made));
    }
    this.#made.add(folder);
  }

  /** Says that a folder may be gone, so that the next `make` looks. */
  forget(folder: string): void {
    this.#made.delete(folder);
  }

  /** Resolves after an fsync of the folder that began after the call. */
  sync(folder: string): Promise<void> {
    const running = this.#running.get(folder);
    if (!running) return this.#run(folder);
    let next = this.#waiting.get(folder);
    if (!next) {
      next = running
        .catch(() => {})
        .then(() => {
          this.#waiting.delete(folder);
          return this.#run(folder);
        });
      this.#waiting.set(folder, next);
    }
    return next;
  }

  #run(folder: string): Promise<void> {
    const run = fsyncFolder(folder).finally(() => this.#running.delete(folder));
    this.#running.set(folder, run);
    return run;
  }
}
