import { readFile, rm, writeFile } from 'node:fs/promises';
import { checkedKey, checkedUploadId, noSuchKey, noSuchUpload, uploadConflict } from './keys.ts';
import type { Source, Storage } from './storage.ts';

interface StagedUpload {
  info: string;
  chunks: Uint8Array[];
  size: number;
  touched: number;
  growing: boolean;
}

/** Storage for tests: the same guarantees but for durability and memory. */
export function openMemoryStorage(): Storage {
  return new MemoryStorage();
}

class MemoryStorage implements Storage {
  readonly #stored = new Map<string, Uint8Array>();
  readonly #uploads = new Map<string, StagedUpload>();

  async put(key: string, source: Source): Promise<{ bytes: number }> {
    checkedKey(key);
    const bytes = await collect(source);
    this.#stored.set(key, bytes);
    return { bytes: bytes.byteLength };
  }

  async read(key: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    return slice(this.#find(key), range);
  }

  async size(key: string): Promise<number | null> {
    return this.#stored.get(checkedKey(key))?.byteLength ?? null;
  }

  async fetchTo(key: string, path: string): Promise<void> {
    await writeFile(path, this.#find(key), { flag: 'wx' });
  }

  async delete(key: string): Promise<void> {
    this.#stored.delete(checkedKey(key));
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* [...this.#stored.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  async createUpload(id: string, info: string): Promise<void> {
    if (this.#uploads.has(checkedUploadId(id))) throw uploadConflict(id, 'it was already created.');
    this.#uploads.set(id, { info, chunks: [], size: 0, touched: Date.now(), growing: false });
  }

  async append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    const upload = this.#findUpload(id);
    if (upload.growing) throw uploadConflict(id, 'another request is adding to it.');
    if (upload.size !== offset) throw uploadConflict(id, `it has ${upload.size} bytes, not ${offset}.`);
    upload.growing = true;
    try {
      for await (const chunk of source) {
        upload.chunks.push(Uint8Array.from(chunk));
        upload.size += chunk.byteLength;
        upload.touched = Date.now();
      }
    } finally {
      upload.growing = false;
    }
    return upload.size;
  }

  async upload(id: string): Promise<{ info: string; size: number } | null> {
    const upload = this.#uploads.get(checkedUploadId(id));
    return upload ? { info: upload.info, size: upload.size } : null;
  }

  async readUpload(id: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    return slice(Buffer.concat(this.#findUpload(id).chunks), range);
  }

  async promote(id: string, key: string): Promise<void> {
    this.#stored.set(checkedKey(key), Buffer.concat(this.#findUpload(id).chunks));
  }

  async discardUpload(id: string): Promise<void> {
    this.#uploads.delete(checkedUploadId(id));
  }

  async *uploads(): AsyncGenerator<{ id: string; touched: number }> {
    for (const [id, { touched }] of this.#uploads) yield { id, touched };
  }

  async probe(): Promise<void> {}

  async close(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #find(key: string): Uint8Array {
    const bytes = this.#stored.get(checkedKey(key));
    if (!bytes) throw noSuchKey(key);
    return bytes;
  }

  #findUpload(id: string): StagedUpload {
    const upload = this.#uploads.get(checkedUploadId(id));
    if (!upload) throw noSuchUpload(id);
    return upload;
  }
}

async function* slice(bytes: Uint8Array, range?: { start: number; end: number }): AsyncGenerator<Uint8Array> {
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
  if (part.byteLength > 0) yield part;
}

async function collect(source: Source): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return Uint8Array.from(source);
  if ('path' in source) {
    const bytes = await readFile(source.path);
    await rm(source.path);
    return bytes;
  }
  return Buffer.concat(await Array.fromAsync(source));
}
