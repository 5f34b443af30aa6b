import { randomUUID } from 'node:crypto';
import { existsSync, globSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../run.mjs';
import { cached } from './cache.mjs';

const cache = join(root, '.cache', 'kafka');

function newName(): string {
  const name = `test-${randomUUID()}`;
  onTestFinished(() => {
    for (const folder of globSync(`${name}*`, { cwd: cache })) rmSync(join(cache, folder), { recursive: true });
  });
  return name;
}

test('a folder is made once', async () => {
  const name = newName();
  const folder = await cached(name, async (made) => writeFileSync(join(made, 'first'), ''));
  await cached(name, async (made) => writeFileSync(join(made, 'second'), ''));
  expect(readdirSync(folder)).toEqual(['first']);
});

test('a folder does not count before it is whole', async () => {
  const name = newName();
  await cached(name, async (unfinished) => {
    expect(existsSync(unfinished)).toBe(true);
    expect(existsSync(join(cache, name))).toBe(false);
  });
  expect(existsSync(join(cache, name))).toBe(true);
});

test('a folder whose making fails is made again the next time', async () => {
  const name = newName();
  const failing = cached(name, () => Promise.reject(new Error('no network')));
  await expect(failing).rejects.toThrow('no network');
  expect(globSync(`${name}*`, { cwd: cache })).toEqual([]);
  const folder = await cached(name, async (made) => writeFileSync(join(made, 'file'), ''));
  expect(readdirSync(folder)).toEqual(['file']);
});

test('of two who make the same folder at once both get a whole one', async () => {
  const name = newName();
  const { promise: bothMake, resolve } = Promise.withResolvers<void>();
  const makers: string[] = [];
  const make = async (made: string) => {
    writeFileSync(join(made, 'file'), '');
    if (makers.push(made) === 2) resolve();
    await bothMake;
  };
  const [one, other] = await Promise.all([cached(name, make), cached(name, make)]);
  expect(one).toBe(other);
  expect(readdirSync(one)).toEqual(['file']);
  expect(globSync(`${name}*`, { cwd: cache })).toEqual([name]);
});
