import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { DarkroomError, isOutOfSpace } from '#core/errors.ts';
import { Folders } from './folders.ts';

/** What a file system answers where it has no hard links, or not between these two places. */
const noHardLink = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const day = 24 * 3_600_000;

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** An operation of the file system, whose failures are those that Storage names. */
export function io<T>(operation: Promise<T>): Promise<T> {
  return operation.catch((error: unknown) => {
    if (error instanceof DarkroomError) throw error;
    if (isOutOfSpace(error)) throw new DarkroomError('storage_full', 'The disk is full.', { cause: error });
    if (hasCode(error, 'ENOENT')) throw new DarkroomError('not_found', 'The file is not there.', { cause: error });
    throw new DarkroomError('storage_unavailable', 'The file system does not answer as it should.', { cause: error });
  });
}

/** Opens a file and never follows a symbolic link in its place. */
export function openFile(path: string, flags: number): Promise<FileHandle> {
  return open(path, flags | (constants.O_NOFOLLOW ?? 0));
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const result = await io(handle.write(bytes, written, bytes.byteLength - written, position + written));
    written += result.bytesWritten;
  }
}

/** Part of a file, `end` inclusive. Nothing is held open until the first byte is asked for. */
export async function* readFrom(path: string, range?: { start: number; end: number }): AsyncGenerator<Uint8Array> {
  await using handle = await io(openFile(path, constants.O_RDONLY));
  const buffer = 256 * 1024;
  let position = range?.start ?? 0;
  const end = range?.end ?? Infinity;
  while (position <= end) {
    const chunk = Buffer.allocUnsafe(Math.min(buffer, end - position + 1));
    const { bytesRead } = await io(handle.read(chunk, 0, chunk.byteLength, position));
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Puts whole files in place, below one root. A path is seen with all of its bytes or not at all. */
export class Files {
  readonly folders = new Folders();
  readonly #temporary: string;

  constructor(temporary: string) {
    this.#temporary = temporary;
  }

  /** Makes the folder for temporary files, and removes those of processes that died more than a day ago. */
  async open(): Promise<void> {
    await mkdir(this.#temporary, { recursive: true });
    for (const name of await readdir(this.#temporary)) {
      const path = join(this.#temporary, name);
      const found = await stat(path).catch(() => null);
      if (found && Date.now() - found.mtimeMs > day) await removeFile(path);
    }
  }

  /** A temporary path to write to, which the work moves or removes; if it fails, what it left is removed. */
  async withTemporary<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#temporary, randomUUID());
    try {
      return await work(path);
    } catch (error) {
      await removeFile(path).catch(() => {});
      throw error;
    }
  }

  /** Moves a file of this file system to its place. */
  async moveIn(from: string, to: string, durable: boolean): Promise<void> {
    await this.#place(to, () => rename(from, to));
    if (durable) await this.folders.sync(dirname(to));
  }

  /** Gives a file a second name, in place of whatever had it; copies where the file system cannot. */
  async linkIn(from: string, to: string): Promise<void> {
    try {
      await this.#place(to, () => this.#linkOver(from, to));
    } catch (error) {
      if (!hasCode(error, ...noHardLink)) throw error;
      return this.copyIn(from, to);
    }
    await this.folders.sync(dirname(to));
  }

  /** Copies a file durably to its place. */
  async copyIn(from: string, to: string): Promise<void> {
    await this.withTemporary(async (path) => {
      await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncFile(path);
      await this.moveIn(path, to, true);
    });
  }

  /**
   * Removes the file, and folders that are empty now. Those one or two levels below the root stay if files are directly
   * in them: many keys share these, and one is always about to come.
   */
  async remove(path: string, root: string): Promise<void> {
    await removeFile(path);
    const shared = 2;
    const depth = (folder: string): number => relative(root, folder).split(sep).length;
    if (depth(dirname(path)) <= shared) return;
    for (let folder = dirname(path); depth(folder) >= shared; folder = dirname(folder)) {
      this.folders.forget(folder);
      try {
        await rmdir(folder);
      } catch {
        return;
      }
    }
  }

  async #linkOver(from: string, to: string): Promise<void> {
    try {
      await link(from, to);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      await this.withTemporary(async (path) => {
        await link(from, path);
        await rename(path, to);
        // Renaming one name of a file to another name of the same file does nothing.
        await removeFile(path);
      });
    }
  }

  /** Another process may have removed the folder since it was made here: then it is made again. */
  async #place(to: string, place: () => Promise<void>): Promise<void> {
    await this.folders.make(dirname(to));
    try {
      await place();
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      this.folders.forget(dirname(to));
      await this.folders.make(dirname(to));
      await place();
    }
  }
}

export async function syncFile(path: string): Promise<void> {
  await using handle = await openFile(path, constants.O_RDWR);
  await handle.sync();
}
