import { closeSync, constants, openSync, watch, writeSync } from 'node:fs';

const mark = Buffer.from('.');

/**
 * Wakes the readers of other processes: a byte written to a file that they watch, once what they wait for can be seen. (The
 * write-ahead log itself changes a moment before its commit is visible, so watching that would wake them too early.) Missing
 * a ring costs a reader the time to its next look: nothing depends on it but latency, so a full disk is no error here.
 */
export class Bell {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(fileOf(path), constants.O_CREAT | constants.O_RDWR);
  }

  ring(): void {
    try {
      writeSync(this.#file, mark, 0, 1, 0);
    } catch {
      return;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * Calls `listener` at each ring, of this process too. Returns the function that stops it. Where the system has no watch left
 * to give, every ring is missed.
 */
export function listen(path: string, listener: () => void): () => void {
  try {
    closeSync(openSync(fileOf(path), constants.O_CREAT | constants.O_RDWR));
    const watcher = watch(fileOf(path), listener);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}

function fileOf(path: string): string {
  return `${path}-bell`;
}
