import { constants } from 'node:fs';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, io, openFile, readFrom, removeFile, syncFile, writeAll, type Files } from './files.ts';
import { checkedUploadId, noSuchUpload, uploadConflict } from './keys.ts';

const infoSuffix = '.info';
const day = 24 * 3_600_000;

/** Uploads that are not yet promoted: `<id>` holds the bytes, `<id>.info` what was said at creation, if anything. */
export class Staging {
  readonly #folder: string;
  readonly #files: Files;
  readonly #growing = new Set<string>();
  /** Uploads whose bytes this process has seen reach the disk, all of them: an fsync is of the whole file. */
  readonly #durable = new Set<string>();

  constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Makes the folder, and removes what a creation cut short more than a day ago left. */
  async open(): Promise<void> {
    await this.#files.folders.make(this.#folder);
    const names = new Set(await readdir(this.#folder));
    for (const name of names) {
      if (!name.endsWith(infoSuffix) || names.has(name.slice(0, -infoSuffix.length))) continue;
      const path = join(this.#folder, name);
      const found = await stat(path).catch(() => null);
      if (found && Date.now() - found.mtimeMs > day) await removeFile(path);
    }
  }

  /** Where the bytes are. */
  path(id: string): string {
    return join(this.#folder, checkedUploadId(id));
  }

  async create(id: string, info: string): Promise<void> {
    const path = this.path(id);
    try {
      if (info !== '') await writeFile(path + infoSuffix, info, { flag: 'wx', flush: true });
      await (await open(path, 'wx')).close();
    } catch (cause) {
      if (hasCode(cause, 'EEXIST')) throw uploadConflict(id, 'it was already created.', { cause });
      await removeFile(path + infoSuffix);
      throw cause;
    }
    // An upload of which nothing was said cannot be taken up again after a power cut, so its name need not last.
    if (info !== '') await this.#files.folders.sync(this.#folder);
  }

  async append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    if (this.#growing.has(id)) throw uploadConflict(id, 'another request is adding to it.');
    this.#growing.add(id);
    try {
      return await this.#grow(id, offset, source);
    } finally {
      this.#growing.delete(id);
    }
  }

  async #grow(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    await using handle = await io(openFile(this.path(id), constants.O_RDWR));
    const { size, nlink } = await io(handle.stat());
    if (size !== offset) throw uploadConflict(id, `it has ${size} bytes, not ${offset}.`);
    // Its bytes are those of a stored key by now, which must never change.
    if (nlink > 1) throw uploadConflict(id, 'it is complete.');
    let end = offset;
    this.#durable.delete(id);
    try {
      for await (const chunk of source) {
        await writeAll(handle, chunk, end);
        end += chunk.byteLength;
      }
    } finally {
      await io(handle.datasync());
    }
    this.#durable.add(id);
    return end;
  }

  async find(id: string): Promise<{ info: string; size: number } | null> {
    const path = this.path(id);
    try {
      const { size } = await stat(path);
      return { info: await readInfo(path + infoSuffix), size };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  async read(id: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    const path = this.path(id);
    await stat(path).catch((cause: unknown) => {
      throw hasCode(cause, 'ENOENT') ? noSuchUpload(id) : cause;
    });
    return readFrom(path, range);
  }

  /** A server that was killed may have left bytes that are complete and not yet on disk. */
  async promote(id: string, to: string): Promise<void> {
    const path = this.path(id);
    try {
      if (!this.#durable.has(id)) await syncFile(path);
      await this.#files.linkIn(path, to);
    } catch (cause) {
      throw hasCode(cause, 'ENOENT') ? noSuchUpload(id) : cause;
    }
  }

  async discard(id: string): Promise<void> {
    const path = this.path(id);
    this.#durable.delete(id);
    await removeFile(path);
    await removeFile(path + infoSuffix);
  }

  async *list(): AsyncGenerator<{ id: string; touched: number }> {
    for (const name of await io(readdir(this.#folder))) {
      if (name.endsWith(infoSuffix)) continue;
      const found = await stat(join(this.#folder, name)).catch(() => null);
      if (found) yield { id: name, touched: found.mtimeMs };
    }
  }
}

async function readInfo(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}
