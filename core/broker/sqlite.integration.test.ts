import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Appended, MessageBroker } from './broker.ts';
import { message, numbered } from './contract-bench.ts';
import { RecordingReader } from './recording-reader.ts';
import type { Says, Told } from './sqlite/children/member.ts';
import { Child } from './sqlite/children/start.ts';
import { openSqliteBroker } from './sqlite.ts';

let folder: string;
let path: string;
let broker: MessageBroker;
const children: { kill(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-log-'));
  path = join(folder, 'log.db');
  broker = await openSqliteBroker({ path, sessionMs: 60_000 });
  await broker.ensureTopics([{ name: 'six', partitions: 6, retention: 'work' }]);
});

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  await broker.close();
  await rm(folder, { recursive: true });
});

function startMember(sessionMs: number): Child<Says, Told> {
  const child = new Child<Says, Told>('member', path, `${sessionMs}`);
  children.push(child);
  return child;
}

const count = (said: Says[], what: 'got' | 'lost') => said.filter((each) => what in each).length;

test('1. what a publisher was told is durable is there after it was killed in the middle, five times over', async () => {
  const promised: (Appended & { value: string })[] = [];
  for (let round = 1; round <= 5; round++) {
    const child = new Child<(Appended & { value: string })[]>('publisher', path);
    children.push(child);
    await child.until((said) => said.length >= 40);
    await child.kill();
    promised.push(...child.said.flat());
  }
  await broker.close();
  broker = await openSqliteBroker({ path });
  const offsets = await broker.offsets('six');
  const reader = new RecordingReader(broker, { topics: ['six'], maxBatch: 1000 });
  await reader.until(() => reader.received.length === offsets.reduce((sum, { next }) => sum + next, 0));
  const stored = new Map(
    reader.received.map((each, index) => [`${each.partition}/${each.offset}`, reader.values[index]]),
  );
  expect(promised.filter(({ partition, offset, value }) => stored.get(`${partition}/${offset}`) !== value)).toEqual([]);
});

test('6. the partitions of a killed process go at once to a member that joins, from the last commit on', async () => {
  const child = startMember(60_000);
  await child.until((said) => count(said, 'got') === 6);
  await broker.publish('six', numbered(60));
  await child.until((said) => said.flatMap((each) => ('read' in each ? each.read : [])).length === 60);
  child.tell({ commit: 3 });
  await child.until((said) => said.some((each) => 'committed' in each));
  await child.kill();
  const heir = new RecordingReader(broker, { topics: ['six'] });
  await heir.until(() => heir.received.length === 57);
  expect(heir.held.get('six/0')?.committed?.offset).toBe(3);
});

test('6. the partitions of a killed process go to the members that are there within the session', async () => {
  const sessionMs = 2000;
  const child = startMember(sessionMs);
  const other = startMember(sessionMs);
  const heldByOther = (said: Says[]) => count(said, 'got') - count(said, 'lost');
  await child.until((said) => heldByOther(said) === 3);
  await other.until((said) => heldByOther(said) === 3);
  const started = performance.now();
  await child.kill();
  await other.until((said) => heldByOther(said) === 6);
  expect(performance.now() - started).toBeLessThan(sessionMs);
});

test('6. a frozen process loses its partitions within the session; what it commits when it wakes is refused', async () => {
  const sessionMs = 2000;
  const child = startMember(sessionMs);
  await child.until((said) => count(said, 'got') === 6);
  child.tell({ commit: 0 });
  await child.until((said) => said.some((each) => 'committed' in each && each.error === null));
  const shortSession = await openSqliteBroker({ path, sessionMs });
  children.push({ kill: () => shortSession.close() });
  const heir = new RecordingReader(shortSession, { topics: ['six'] });
  await heir.until(() => heir.held.size === 3);
  await child.freezeBetweenWrites(path);
  const frozen = performance.now();
  await heir.until(() => heir.held.size === 6);
  expect(performance.now() - frozen).toBeLessThan(sessionMs + 1000);
  await heir.held.get('six/0')?.commit(7);
  child.tell({ commit: 5 });
  child.thaw();
  await child.until((said) => said.some((each) => 'committed' in each && each.error === 'assignment_lost'));
  expect((await broker.lag('group', ['six']))[0]?.committed).toBe(7);
});

test('6. a main thread that is busy for longer than the session keeps its partitions; one that hangs loses them', async () => {
  const sessionMs = 1000;
  const child = startMember(sessionMs);
  await child.until((said) => count(said, 'got') === 6);
  const shortSession = await openSqliteBroker({ path, sessionMs });
  children.push({ kill: () => shortSession.close() });
  const reader = new RecordingReader(shortSession, { topics: ['six'] });
  await reader.until(() => reader.held.size === 3);
  child.tell({ block: 2 * sessionMs });
  await child.until((said) => said.some((each) => 'unblocked' in each));
  expect(reader.assignments).toHaveLength(3);
  child.tell({ block: 60_000 });
  await reader.until(() => reader.held.size === 6);
});

test('13. a message of another process wakes a waiting reader within milliseconds', async () => {
  const child = startMember(60_000);
  await child.until((said) => count(said, 'got') === 6);
  const took: number[] = [];
  for (let round = 1; round <= 21; round++) {
    const started = performance.now();
    await broker.publish('six', [message(`${round}`)]);
    await child.until((said) => said.some((each) => 'read' in each && each.read.includes(`${round}`)));
    took.push(performance.now() - started);
  }
  expect(took.toSorted((a, b) => a - b)[10]).toBeLessThan(50);
});
