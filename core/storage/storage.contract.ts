import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from './storage.ts';

async function* stream(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* breaking(...parts: string[]): AsyncGenerator<Uint8Array> {
  yield* stream(...parts);
  throw new Error('the line went dead');
}

/** The guarantees of `storage.ts` by number, over any adapter. */
export function storageContract(name: string, open: () => Promise<Storage>): void {
  describe(`${name} keeps the guarantees of Storage`, () => {
    let storage: Storage;
    let folder: string;

    beforeEach(async () => {
      storage = await open();
      folder = await mkdtemp(join(tmpdir(), 'darkroom-contract-'));
    });
    afterEach(async () => {
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    });

    const text = async (source: Promise<AsyncIterable<Uint8Array>>) =>
      Buffer.concat(await Array.fromAsync(await source)).toString();
    const keys = (prefix: string) => Array.fromAsync(storage.list(prefix));

    it('1: puts bytes, streams and local files, and says how many bytes there were', async () => {
      const path = join(folder, 'made');
      await writeFile(path, 'from a file');
      expect(await storage.put('marks/a', Buffer.from('bytes'))).toEqual({ bytes: 5 });
      expect(await storage.put('marks/b', stream('a ', 'stream'))).toEqual({ bytes: 8 });
      expect(await storage.put('marks/c', { path })).toEqual({ bytes: 11 });
      expect(await readdir(folder)).toEqual([]);
      expect(await storage.put('marks/d', Buffer.from('quick'), { durable: false })).toEqual({ bytes: 5 });
      expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => text(storage.read(`marks/${key}`))))).toEqual([
        'bytes',
        'a stream',
        'from a file',
        'quick',
      ]);
    });

    it('1: a reader sees the old bytes until a put has all of the new', async () => {
      await storage.put('marks/a', Buffer.from('old'));
      const seen: string[] = [];
      const slow = async function* () {
        yield Buffer.from('n');
        seen.push(await text(storage.read('marks/a')));
        yield Buffer.from('ew');
      };
      await storage.put('marks/a', slow());
      expect([...seen, await text(storage.read('marks/a'))]).toEqual(['old', 'new']);
    });

    it('3: replaces what is under the key whole', async () => {
      await storage.put('marks/a', Buffer.from('a long text'));
      await storage.put('marks/a', Buffer.from('short'));
      expect(await text(storage.read('marks/a'))).toBe('short');
    });

    it('4: a write that fails leaves nothing, and throws the error of its source as it is', async () => {
      await expect(storage.put('marks/a', breaking('half'))).rejects.toThrow('the line went dead');
      expect(await storage.size('marks/a')).toBeNull();
      expect(await keys('')).toEqual([]);
    });

    it('4: a replacement that fails leaves what was there', async () => {
      await storage.put('marks/a', Buffer.from('old'));
      await expect(storage.put('marks/a', breaking('ne'))).rejects.toThrow('the line went dead');
      expect(await text(storage.read('marks/a'))).toBe('old');
    });

    it('reads a range whose end is inclusive, also one that reaches beyond the end', async () => {
      await storage.put('marks/a', Buffer.from('0123456789'));
      expect(await text(storage.read('marks/a', { start: 2, end: 4 }))).toBe('234');
      expect(await text(storage.read('marks/a', { start: 8, end: 99 }))).toBe('89');
    });

    it('reads more than one chunk', async () => {
      const bytes = Buffer.alloc(1_000_000, 'abcdefg');
      await storage.put('marks/a', bytes);
      const read = Buffer.concat(await Array.fromAsync(await storage.read('marks/a')));
      expect(read.equals(bytes)).toBe(true);
    });

    it('fetches to a path, and never over a file that is there', async () => {
      await storage.put('marks/a', Buffer.from('bytes'));
      const path = join(folder, 'fetched');
      await storage.fetchTo('marks/a', path);
      expect(await readFile(path, 'utf8')).toBe('bytes');
      await expect(storage.fetchTo('marks/a', path)).rejects.toThrow();
    });

    it('lists the keys that begin with a prefix, in order', async () => {
      for (const key of ['a/b/2', 'a/b/10', 'a/b-c', 'a/b.d/1', 'ab/1', 'b/1'])
        await storage.put(key, Buffer.from('x'));
      expect(await keys('a/')).toEqual(['a/b-c', 'a/b.d/1', 'a/b/10', 'a/b/2']);
      expect(await keys('a/b/1')).toEqual(['a/b/10']);
      expect(await keys('a')).toEqual(['a/b-c', 'a/b.d/1', 'a/b/10', 'a/b/2', 'ab/1']);
      expect(await keys('nothing/here/')).toEqual([]);
    });

    it('5: an upload grows at its end only, and keeps what was said at its creation', async () => {
      const id = randomUUID();
      await storage.createUpload(id, '{"filename":"Blüte.jpg"}');
      expect(await storage.append(id, 0, stream('01', '23'))).toBe(4);
      await expect(storage.append(id, 0, stream('x'))).rejects.toMatchObject({ code: 'conflict' });
      await expect(storage.append(id, 9, stream('x'))).rejects.toMatchObject({ code: 'conflict' });
      expect(await storage.append(id, 4, stream('45'))).toBe(6);
      expect(await storage.upload(id)).toEqual({ info: '{"filename":"Blüte.jpg"}', size: 6 });
      expect(await text(storage.readUpload(id))).toBe('012345');
      expect(await text(storage.readUpload(id, { start: 1, end: 3 }))).toBe('123');
    });

    it('5: what a broken append had written counts', async () => {
      const id = randomUUID();
      await storage.createUpload(id, '');
      await expect(storage.append(id, 0, breaking('half of '))).rejects.toThrow('the line went dead');
      expect((await storage.upload(id))?.size).toBe(8);
      await storage.append(id, 8, stream('it'));
      expect(await text(storage.readUpload(id))).toBe('half of it');
    });

    it('5: of two appends at once one is refused', async () => {
      const id = randomUUID();
      await storage.createUpload(id, '');
      const results = await Promise.allSettled([
        storage.append(id, 0, stream('one')),
        storage.append(id, 0, stream('two')),
      ]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await storage.upload(id))?.size).toBe(3);
    });

    it('an id is created once', async () => {
      const id = randomUUID();
      await storage.createUpload(id, 'first');
      await expect(storage.createUpload(id, 'second')).rejects.toMatchObject({ code: 'conflict' });
      expect(await storage.upload(id)).toEqual({ info: 'first', size: 0 });
    });

    it('6: promotes twice to the same key, leaves the upload, and the key outlives the upload', async () => {
      const id = randomUUID();
      await storage.createUpload(id, 'info');
      await storage.append(id, 0, stream('bytes'));
      await storage.promote(id, 'blobs/ab/abc');
      await storage.promote(id, 'blobs/ab/abc');
      expect(await storage.upload(id)).toEqual({ info: 'info', size: 5 });
      await storage.discardUpload(id);
      expect(await storage.upload(id)).toBeNull();
      expect(await text(storage.read('blobs/ab/abc'))).toBe('bytes');
      expect(await keys('')).toEqual(['blobs/ab/abc']);
    });

    it('3, 6: promotes over other bytes', async () => {
      const id = randomUUID();
      await storage.put('blobs/ab/abc', Buffer.from('damaged'));
      await storage.createUpload(id, '');
      await storage.append(id, 0, stream('good'));
      await storage.promote(id, 'blobs/ab/abc');
      expect(await text(storage.read('blobs/ab/abc'))).toBe('good');
    });

    it('6: what was promoted does not change any more', async () => {
      const id = randomUUID();
      await storage.createUpload(id, '');
      await storage.append(id, 0, stream('bytes'));
      await storage.promote(id, 'blobs/ab/abc');
      await storage.append(id, 5, stream(' and more')).catch(() => {});
      expect(await text(storage.read('blobs/ab/abc'))).toBe('bytes');
    });

    it('7: deletes and discards what is not there', async () => {
      await storage.delete('derivatives/none/web@1/large.webp');
      await storage.discardUpload('none');
      await storage.put('derivatives/x/web@1/large.webp', Buffer.from('x'));
      await storage.delete('derivatives/x/web@1/large.webp');
      expect(await storage.size('derivatives/x/web@1/large.webp')).toBeNull();
      await storage.put('derivatives/x/web@1/large.webp', Buffer.from('again'));
      expect(await text(storage.read('derivatives/x/web@1/large.webp'))).toBe('again');
    });

    it('lists uploads with the time of their last byte', async () => {
      const before = Date.now() - 2000;
      await storage.createUpload('one', 'x');
      await storage.createUpload('two', '');
      const uploads = await Array.fromAsync(storage.uploads());
      expect(uploads.map(({ id }) => id).toSorted()).toEqual(['one', 'two']);
      for (const { touched } of uploads) expect(touched).toBeGreaterThan(before);
    });

    it('9: says not_found for what is not there', async () => {
      const notFound = { name: 'DarkroomError', code: 'not_found' };
      await expect(storage.read('marks/none')).rejects.toMatchObject(notFound);
      await expect(storage.fetchTo('marks/none', join(folder, 'none'))).rejects.toMatchObject(notFound);
      await expect(storage.readUpload('none')).rejects.toMatchObject(notFound);
      await expect(storage.append('none', 0, stream('x'))).rejects.toMatchObject(notFound);
      await expect(storage.promote('none', 'blobs/ab/abc')).rejects.toMatchObject(notFound);
      expect(await storage.size('marks/none')).toBeNull();
      expect(await storage.upload('none')).toBeNull();
    });

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../x',
      'a/../../x',
      'a//b',
      'a/',
      '.tmp/x',
      'a/.hidden',
      'a\\b',
      'a\0b',
      'A',
      'a b',
      'ü',
    ])('refuses the key %j', async (key) => {
      const refused = { code: 'bad_request' };
      await expect(storage.put(key, Buffer.from('x'))).rejects.toMatchObject(refused);
      await expect(storage.read(key)).rejects.toMatchObject(refused);
      await expect(storage.size(key)).rejects.toMatchObject(refused);
      await expect(storage.fetchTo(key, join(folder, 'x'))).rejects.toMatchObject(refused);
      await expect(storage.delete(key)).rejects.toMatchObject(refused);
    });

    it.each(['', '..', '../x', 'a/b', 'a.info', 'ü', 'a\0'])('refuses the upload id %j', async (id) => {
      const refused = { code: 'bad_request' };
      await expect(storage.createUpload(id, '')).rejects.toMatchObject(refused);
      await expect(storage.upload(id)).rejects.toMatchObject(refused);
      await expect(storage.append(id, 0, stream('x'))).rejects.toMatchObject(refused);
      await expect(storage.discardUpload(id)).rejects.toMatchObject(refused);
    });

    it('answers the probe, and closes twice', async () => {
      await storage.probe();
      expect(await keys('')).toEqual([]);
      await storage.close();
      await storage.close();
    });
  });
}
