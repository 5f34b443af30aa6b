import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnection, transaction } from './connection.ts';

let path: string;

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'darkroom-log-')), 'log.db');
});

afterEach(() => rm(join(path, '..'), { recursive: true }));

test('a durable connection syncs each commit, a quick one does not, and both write ahead', () => {
  for (const [synchronous, value] of [
    ['FULL', 2],
    ['NORMAL', 1],
  ] as const) {
    const db = openConnection(path, synchronous);
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: value });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  }
});

test('making the file leaves nothing else behind', async () => {
  openConnection(path, 'FULL').close();
  expect(await readdir(join(path, '..'))).toEqual(['log.db']);
});

test('a log of another version is refused', () => {
  openConnection(path, 'FULL').close();
  const other = new DatabaseSync(path);
  other.exec('PRAGMA user_version = 99');
  other.close();
  expect(() => openConnection(path, 'FULL')).toThrow('user_version 99');
});

test('a transaction that throws leaves nothing, and the connection goes on', () => {
  using db = openConnection(path, 'FULL');
  const insert = db.prepare('INSERT INTO topics (name) VALUES (?)');
  const failing = () =>
    transaction(db, () => {
      insert.run('a');
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  transaction(db, () => insert.run('b'));
  expect(db.prepare('SELECT name FROM topics').all()).toEqual([{ name: 'b' }]);
});
