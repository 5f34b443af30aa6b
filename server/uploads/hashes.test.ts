import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { Hashes } from './hashes.ts';

async function* stream(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* breaking(...parts: string[]): AsyncGenerator<Uint8Array> {
  yield* stream(...parts);
  throw new Error('the line went dead');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function open() {
  const storage = openMemoryStorage();
  await storage.createUpload('it', '');
  const hashes = new Hashes(storage);
  const append = (offset: number, source: AsyncIterable<Uint8Array>) =>
    storage.append('it', offset, hashes.follow('it', offset, source));
  return { storage, hashes, append };
}

describe('the hash of an upload', () => {
  it('is taken while it streams by, without reading it again', async () => {
    const { storage, hashes, append } = await open();
    await append(0, stream('one ', 'two '));
    await append(8, stream('three'));
    await storage.discardUpload('it');
    expect(await hashes.digest('it', 13)).toBe(sha256('one two three'));
  });

  it('goes on after a connection that broke', async () => {
    const { storage, hashes, append } = await open();
    await expect(append(0, breaking('one '))).rejects.toThrow('the line went dead');
    await append(4, stream('two'));
    await storage.discardUpload('it');
    expect(await hashes.digest('it', 7)).toBe(sha256('one two'));
  });

  it('is read from storage where the first part came before a restart', async () => {
    const { storage, hashes, append } = await open();
    await storage.append('it', 0, stream('one '));
    await append(4, stream('two'));
    expect(await hashes.digest('it', 7)).toBe(sha256('one two'));
  });

  it('is read from storage where bytes were counted that were not kept', async () => {
    const { hashes, append } = await open();
    for await (const _chunk of hashes.follow('it', 0, stream('lost'))) continue;
    await append(0, stream('one ', 'two'));
    expect(await hashes.digest('it', 7)).toBe(sha256('one two'));
  });

  it('is read from storage where bytes were kept that were not counted', async () => {
    const { storage, hashes, append } = await open();
    await append(0, stream('one '));
    await storage.append('it', 4, stream('two'));
    expect(await hashes.digest('it', 7)).toBe(sha256('one two'));
  });
});
