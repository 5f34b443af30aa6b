import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mountTinyDisk } from '#core/fixtures/tiny-disk.ts';
import { openLocalStorage } from './local.ts';
import { storageContract } from './storage.contract.ts';

let folder: string;
let root: string;
let opened = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-storage-'));
});
beforeEach(() => {
  root = join(folder, String((opened += 1)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storageContract('local files', () => openLocalStorage(root));

const days = (n: number) => new Date(Date.now() - n * 24 * 3_600_000);

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(64 * 1024, 'x');
}

describe('local files', () => {
  it('sweeps temporary files and creations cut short when they are older than a day', async () => {
    await (await openLocalStorage(root)).close();
    for (const [path, age] of [
      ['.tmp/old', 2],
      ['.tmp/new', 0],
      ['.uploads/old.info', 2],
      ['.uploads/new.info', 0],
    ] as const) {
      await writeFile(join(root, path), 'x');
      await utimes(join(root, path), days(age), days(age));
    }
    await (await openLocalStorage(root)).close();
    expect(await readdir(join(root, '.tmp'))).toEqual(['new']);
    expect(await readdir(join(root, '.uploads'))).toEqual(['new.info']);
  });

  it('takes over a file without a copy, and promotes and fetches by links', async () => {
    await using storage = await openLocalStorage(root);
    const made = join(root, '.tmp/made');
    await writeFile(made, 'bytes');
    const { ino } = await stat(made);
    await storage.put('marks/a', { path: made });
    expect((await stat(join(root, 'marks/a'))).ino).toBe(ino);
    await storage.fetchTo('marks/a', join(folder, 'fetched'));
    expect((await stat(join(folder, 'fetched'))).ino).toBe(ino);
  });

  it('takes over a file that is on another file system', async () => {
    await using disk = await mountTinyDisk(1 << 20);
    if (!disk) return;
    await using storage = await openLocalStorage(root);
    await writeFile(join(disk.folder, 'made'), 'bytes');
    expect(await storage.put('marks/a', { path: join(disk.folder, 'made') })).toEqual({ bytes: 5 });
    expect(await readdir(disk.folder)).toEqual([]);
    expect(await readFile(join(root, 'marks/a'), 'utf8')).toBe('bytes');
    await storage.fetchTo('marks/a', join(disk.folder, 'fetched'));
    expect(await readFile(join(disk.folder, 'fetched'), 'utf8')).toBe('bytes');
  });

  it('follows no symbolic link, neither where a file is taken from nor where one is read', async () => {
    await using storage = await openLocalStorage(root);
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(root, '.tmp/link'));
    await expect(storage.put('marks/a', { path: join(root, '.tmp/link') })).rejects.toThrow();
    expect(await storage.size('marks/a')).toBeNull();
    await mkdir(join(root, 'marks'));
    await symlink(join(folder, 'secret'), join(root, 'marks/b'));
    await expect(Array.fromAsync(await storage.read('marks/b'))).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('removes the folders of an image with its last derivative, and makes them again', async () => {
    await using storage = await openLocalStorage(root);
    const key = 'derivatives/image/web@1/large.webp';
    await storage.put(key, Buffer.from('x'));
    await storage.delete(key);
    expect(await readdir(join(root, 'derivatives'))).toEqual([]);
    await storage.put(key, Buffer.from('x'));
    expect(await storage.size(key)).toBe(1);
  });

  it('puts into a folder that another process has removed meanwhile', async () => {
    await using storage = await openLocalStorage(root);
    await storage.put('derivatives/image/web@1/large.webp', Buffer.from('x'));
    await rm(join(root, 'derivatives'), { recursive: true });
    await storage.put('derivatives/image/web@1/small.webp', Buffer.from('x'));
    expect(await storage.size('derivatives/image/web@1/small.webp')).toBe(1);
  });
});

describe('local files on a full disk', () => {
  const size = 1 << 20;

  it('4: says storage_full, leaves nothing half-written, and goes on when there is room', async () => {
    await using disk = await mountTinyDisk(size);
    if (!disk) return;
    await using storage = await openLocalStorage(disk.folder);
    await storage.put('marks/a', Buffer.from('old'));
    const full = { code: 'storage_full' };
    await expect(storage.put('marks/a', chunks(100))).rejects.toMatchObject(full);
    await expect(storage.put('marks/b', chunks(100))).rejects.toMatchObject(full);
    expect(await readFile(join(disk.folder, 'marks/a'), 'utf8')).toBe('old');
    expect(await Array.fromAsync(storage.list(''))).toEqual(['marks/a']);
    expect(await readdir(join(disk.folder, '.tmp'))).toEqual([]);
    await storage.probe();
  });

  it('4, 5: keeps what of an upload was written, and takes the rest when there is room', async () => {
    await using disk = await mountTinyDisk(size);
    if (!disk) return;
    await using storage = await openLocalStorage(disk.folder);
    await storage.put('marks/ballast', chunks(10));
    await storage.createUpload('it', '');
    const full = { code: 'storage_full' };
    await expect(storage.append('it', 0, chunks(12))).rejects.toMatchObject(full);
    await expect(storage.probe()).rejects.toMatchObject(full);
    const written = (await storage.upload('it'))?.size ?? 0;
    expect(written).toBeGreaterThan(0);

    await storage.delete('marks/ballast');
    await storage.probe();
    const rest = 12 * 64 * 1024 - written;
    const remaining = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(rest, 'x');
    };
    expect(await storage.append('it', written, remaining())).toBe(12 * 64 * 1024);
    const all = Buffer.concat(await Array.fromAsync(await storage.readUpload('it')));
    expect(all.equals(Buffer.alloc(12 * 64 * 1024, 'x'))).toBe(true);
  });
});
