import { constants } from 'node:fs';
import { copyFile, link, open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DarkroomError } from '#core/errors.ts';
import { Files, hasCode, io, openFile, readFrom, removeFile, writeAll } from './files.ts';
import { checkedKey, noSuchKey } from './keys.ts';
import { Staging } from './staging.ts';
import type { Source, Storage } from './storage.ts';

/** Storage in a folder: the file of a key is `<root>/<key>`; what is not yet whole is in hidden folders beside. */
export async function openLocalStorage(folder: string): Promise<Storage> {
  const root = resolve(folder);
  const files = new Files(join(root, '.tmp'));
  const staging = new Staging(join(root, '.uploads'), files);
  await io(files.folders.make(root));
  await io(files.open());
  await io(staging.open());
  return new LocalStorage(root, files, staging);
}

class LocalStorage implements Storage {
  readonly #root: string;
  readonly #files: Files;
  readonly #staging: Staging;

  constructor(root: string, files: Files, staging: Staging) {
    this.#root = root;
    this.#files = files;
    this.#staging = staging;
  }

  async put(key: string, source: Source, options: { durable?: boolean } = {}): Promise<{ bytes: number }> {
    const to = this.#path(key);
    const durable = options.durable ?? true;
    if (!(source instanceof Uint8Array) && 'path' in source) return this.#takeOver(source.path, to, durable);
    return this.#files.withTemporary(async (path) => {
      const bytes = await writeNew(path, source, durable);
      await io(this.#files.moveIn(path, to, durable));
      return { bytes };
    });
  }

  async #takeOver(path: string, to: string, durable: boolean): Promise<{ bytes: number }> {
    await using handle = await openFile(path, constants.O_RDWR);
    const found = await io(handle.stat());
    if (!found.isFile()) throw new DarkroomError('storage_unavailable', 'What is to be stored is not a file.');
    if (durable) await io(handle.sync());
    try {
      await this.#files.moveIn(path, to, durable);
    } catch (error) {
      if (!hasCode(error, 'EXDEV')) return io(Promise.reject(error));
      await io(this.#files.copyIn(path, to));
      await io(removeFile(path));
    }
    return { bytes: found.size };
  }

  async read(key: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.size(key)) === null) throw noSuchKey(key);
    return readFrom(this.#path(key), range);
  }

  async size(key: string): Promise<number | null> {
    try {
      return (await stat(this.#path(key))).size;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      return io(Promise.reject(error));
    }
  }

  async fetchTo(key: string, path: string): Promise<void> {
    const from = this.#path(key);
    try {
      await link(from, path).catch(() => copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE));
    } catch (error) {
      if (hasCode(error, 'ENOENT') && (await this.size(key)) === null) throw noSuchKey(key);
      return io(Promise.reject(error));
    }
  }

  async delete(key: string): Promise<void> {
    return io(this.#files.remove(this.#path(key), this.#root));
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkedKey(folder.slice(0, -1));
    for await (const key of this.#walk(folder)) if (key.startsWith(prefix)) yield key;
  }

  async *#walk(folder: string): AsyncGenerator<string> {
    const entries = await io(readdir(join(this.#root, folder), { withFileTypes: true })).catch((error: unknown) => {
      if (hasCode(error, 'not_found')) return [];
      throw error;
    });
    const names = entries
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''));
    for (const name of names.toSorted()) {
      if (name.endsWith('/')) yield* this.#walk(name);
      else yield name;
    }
  }

  async createUpload(id: string, info: string): Promise<void> {
    return io(this.#staging.create(id, info));
  }

  async append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#staging.append(id, offset, source);
  }

  async upload(id: string): Promise<{ info: string; size: number } | null> {
    return io(this.#staging.find(id));
  }

  async readUpload(id: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    return io(this.#staging.read(id, range));
  }

  async promote(id: string, key: string): Promise<void> {
    return io(this.#staging.promote(id, this.#path(key)));
  }

  async discardUpload(id: string): Promise<void> {
    return io(this.#staging.discard(id));
  }

  uploads(): AsyncIterable<{ id: string; touched: number }> {
    return this.#staging.list();
  }

  async probe(): Promise<void> {
    // More than a block, so that room which only the inode's own tail offers does not count.
    await this.#files.withTemporary(async (path) => {
      await writeNew(path, new Uint8Array(64 * 1024), true);
      await io(removeFile(path));
    });
  }

  async close(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #path(key: string): string {
    return join(this.#root, checkedKey(key));
  }
}

/** An error of the source is thrown as it is. */
async function writeNew(
  path: string,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  durable: boolean,
): Promise<number> {
  await using handle = await io(open(path, 'wx'));
  let bytes = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    await writeAll(handle, chunk, bytes);
    bytes += chunk.byteLength;
  }
  if (durable) await io(handle.sync());
  return bytes;
}
