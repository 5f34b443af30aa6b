import { createHash, type Hash } from 'node:crypto';
import type { Storage } from '#core/storage/storage.ts';

const mostFollowed = 10_000;

/** SHA-256 of uploads, taken while they stream by; read again from storage where that was not possible throughout. */
export class Hashes {
  readonly #storage: Storage;
  readonly #followed = new Map<string, { hash: Hash; size: number }>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The same bytes; each chunk is counted once whoever takes it has come back for the next. */
  async *follow(id: string, offset: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const known = this.#followed.get(id);
    this.#followed.delete(id);
    const followed = known?.size === offset ? known : offset === 0 ? { hash: createHash('sha256'), size: 0 } : null;
    try {
      for await (const chunk of source) {
        yield chunk;
        followed?.hash.update(chunk);
        if (followed) followed.size += chunk.byteLength;
      }
    } finally {
      if (followed) this.#keep(id, followed);
    }
  }

  #keep(id: string, followed: { hash: Hash; size: number }): void {
    const [oldest] = this.#followed.keys();
    if (this.#followed.size >= mostFollowed && oldest !== undefined) this.#followed.delete(oldest);
    this.#followed.set(id, followed);
  }

  /** The hash of an upload of that size. */
  async digest(id: string, size: number): Promise<string> {
    const followed = this.#followed.get(id);
    this.#followed.delete(id);
    if (followed?.size === size) return followed.hash.digest('hex');
    const hash = createHash('sha256');
    for await (const chunk of await this.#storage.readUpload(id)) hash.update(chunk);
    return hash.digest('hex');
  }

  forget(id: string): void {
    this.#followed.delete(id);
  }
}
