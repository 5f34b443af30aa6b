import { expect, test } from 'vitest';
import type { Entry, Happening } from './journal.ts';
import type { Letter } from './losses.ts';
import { judge } from './referee.ts';
import type { ModeName } from './setup.ts';

/** What happened, each at so many milliseconds. */
type Told = [at: number, happening: Happening];

const place = (offset: number) => ({ partition: 0, offset, key: 'k', kind: 'quick' }) as const;
const acked = (at: number, offset: number): Told => [at, { what: 'acked', ...place(offset) }];
const does = (at: number, what: 'joined' | 'killed' | 'frozen' | 'thawed', member: string): Told => [
  at,
  { what, member },
];
const tenure = (at: number, what: 'held' | 'lost' | 'asked' | 'granted' | 'refused', member: string): Told => [
  at,
  { what, member, tenure: 0, partition: 0 },
];
const began = (at: number, member: string, call: number): Told => [
  at,
  { what: 'began', member, call, tenure: 0, ...place(call) },
];
const ended = (at: number, member: string, call: number): Told => [at, { what: 'ended', member, call }];
const committed = (at: number, offset: number): Told => [at, { what: 'committed', partition: 0, offset }];

function violations(told: Told[], mode: ModeName = 'by-key', letters: Letter[] = []): string[] {
  const entries: Entry[] = told.map(([at, happening]) => ({ ...happening, at }));
  return judge({ mode, entries, letters, takeoverMs: 3_000 }).violations;
}

const start = [acked(0, 0), acked(0, 1), does(1, 'joined', 'a'), does(1, 'joined', 'b'), tenure(2, 'held', 'a')];
const work = (member: string, call: number, at: number) => [began(at, member, call), ended(at + 1, member, call)];
const commit = (member: string, at: number) => [tenure(at, 'asked', member), tenure(at + 1, 'granted', member)];

test('a run in which all is done once, in order and then committed is well', () => {
  const told = [...start, ...work('a', 0, 10), ...work('a', 1, 20), ...commit('a', 30), committed(40, 2)];
  expect(violations(told)).toEqual([]);
});

test('what was acknowledged and never done is lost', () => {
  expect(violations([...start, ...work('a', 0, 10)])).toEqual(['0/1 was lost']);
});

test('a call that begins before what is earlier in its lane is over overtakes it', () => {
  expect(violations([...start, ...work('a', 1, 10), ...work('a', 0, 20)])).toEqual([
    'a began 0/1 before 0/0 of its lane was over',
  ]);
});

test('a commit ahead of the work, and one that goes back, are seen', () => {
  const told = [...start, ...work('a', 0, 10), committed(20, 2), committed(30, 1), ...work('a', 1, 40)];
  expect(violations(told)).toEqual(['2 of 0 was committed before 1 was over', 'the commit of 0 went back from 2 to 1']);
});

test('nobody begins anything in a partition that another holds, who is awake', () => {
  const told = [...start, ...work('a', 0, 10), tenure(20, 'held', 'b'), ...work('b', 1, 30)];
  expect(violations(told)).toEqual(['b began 0/1 while a holds the partition']);
});

test('who was frozen may end what it had begun, and then goes on only until it can know what it lost', () => {
  const asleep = [...start, began(10, 'a', 0), does(11, 'frozen', 'a'), tenure(2_500, 'held', 'b')];
  const heir = [...work('b', 0, 2_510), ...commit('b', 2_520)];
  const awake = [...asleep, ...heir, does(3_000, 'thawed', 'a'), ended(3_001, 'a', 0)];
  expect(violations([...awake, tenure(3_010, 'lost', 'a'), ...work('b', 1, 3_020)])).toEqual([]);
  expect(violations([...awake, ...work('a', 1, 6_000)])).toEqual(['a began 0/1 while b holds the partition']);
});

test('what was done before a kill and not committed is done again, and counted', () => {
  const told = [...start, ...work('a', 0, 10), does(20, 'killed', 'a'), tenure(30, 'held', 'b'), ...work('b', 0, 40)];
  const rest = work('b', 1, 50);
  expect(violations([...told, ...rest])).toEqual([]);
});

test('what had been committed, or should have been long ago, must not be done again', () => {
  const takeover = (at: number) => [
    does(at, 'killed', 'a'),
    tenure(at + 10, 'held', 'b'),
    ...work('b', 0, at + 20),
    ...work('b', 1, at + 30),
  ];
  const again = ['0/0 was completed by a/0 and again by b/0'];
  expect(violations([...start, ...work('a', 0, 10), ...commit('a', 20), ...takeover(30)])).toEqual(again);
  expect(violations([...start, ...work('a', 0, 10), ...takeover(1_500)])).toEqual(again);
});

test('in order, no tenure leaves more than one message uncommitted', () => {
  const told = [...start, ...work('a', 0, 10), ...work('a', 1, 20), does(30, 'killed', 'a'), tenure(40, 'held', 'b')];
  expect(violations([...told, ...work('b', 0, 50), ...work('b', 1, 60)], 'in-order')).toEqual([
    'a/0 left more than one message uncommitted',
  ]);
});

test('a takeover after a kill takes no longer than it may', () => {
  const told = [...start, ...work('a', 0, 10), ...commit('a', 20), does(30, 'killed', 'a'), tenure(3_040, 'held', 'b')];
  expect(violations([...told, ...work('b', 1, 3_050)])).toEqual(['a takeover took 3020 ms']);
});

test('fast may miss what a commit may have covered when its partition was lost, and nothing else', () => {
  const told = [...start, ...work('a', 0, 10), ...commit('a', 20)];
  const killed = [does(30, 'killed', 'a'), tenure(40, 'held', 'b')];
  expect(violations([...told, ...killed], 'fast')).toEqual([]);
  expect(violations(told, 'fast')).toEqual(['0/1 was lost']);
});
