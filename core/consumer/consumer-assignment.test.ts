import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { decodeFinished } from './commit-metadata.ts';
import { byKey, inOrder } from './consumer.ts';
import { Rig } from './testing/rig.ts';
import { settled } from './testing/virtual-clock.ts';

test('after a crash, only what was not finished is handled again', async () => {
  await using rig = await Rig.open();
  await rig.produce('a:1', 'b:2', 'c:3', 'd:4', 'e:5');
  const first = await rig.start({ ...byKey, concurrency: 4 });
  const [, b, , d] = first.open();
  await b?.finish();
  await d?.finish();
  await rig.clock.advance(25);
  await first.crash();

  const second = await rig.start(byKey);
  expect(second.open().map(({ values }) => values[0])).toEqual(['1', '3', '5']);
  expect(second.consumer.stats()).toMatchObject({ consumed: 3, skipped: 2 });
  for (const call of second.open()) await call.finish();
  await rig.clock.advance(25);
  expect(await rig.committed()).toEqual([5]);
});

test('a holder that crashes before it has read on hands on what its forerunner had finished', async () => {
  await using rig = await Rig.open();
  await rig.produce('a:1', 'b:2', 'c:3', 'd:4');
  const first = await rig.start(byKey);
  await first.open()[3]?.finish();
  await rig.clock.advance(25);
  await first.crash();
  const second = await rig.start({ ...byKey, maxGap: 2 });
  await second.open()[1]?.finish();
  await rig.clock.advance(25);
  await second.crash();
  const third = await rig.start(byKey);
  expect(third.open().map(({ values }) => values[0])).toEqual(['1', '3']);
});

test('progress is committed within 25 ms, with at most one commit in flight, and the newest one next', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3', '4');
  const commits: PromiseWithResolvers<void>[] = [];
  const { open } = await rig.start({
    ...byKey,
    weather: (call, way) => {
      if (call !== 'commit' || way === 'back') return;
      const gate = Promise.withResolvers<void>();
      commits.push(gate);
      return gate.promise;
    },
  });
  await open()[0]?.finish();
  await rig.clock.advance(25);
  await open()[0]?.finish();
  await rig.clock.advance(100);
  await open()[0]?.finish();
  await rig.clock.advance(100);
  expect(commits).toHaveLength(1);
  commits[0]?.resolve();
  await rig.clock.advance(25);
  expect(await rig.committed()).toEqual([1]);
  expect(commits).toHaveLength(2);
  commits[1]?.resolve();
  await settled();
  expect(await rig.committed()).toEqual([3]);
  await rig.clock.advance(1_000);
  expect(commits).toHaveLength(2);
  for (const gate of commits) gate.resolve();
});

test('keys that each wait for their commit share one, at most one in flight', async () => {
  await using rig = await Rig.open();
  await rig.produce('a:1', 'b:2', 'c:3');
  const commits: PromiseWithResolvers<void>[] = [];
  const { calls } = await rig.start({
    lane: 'key',
    commit: 'each',
    weather: (call, way) => {
      if (call !== 'commit' || way === 'back') return;
      const gate = Promise.withResolvers<void>();
      commits.push(gate);
      return gate.promise;
    },
  });
  for (const call of calls) await call.finish();
  expect(commits).toHaveLength(1);
  commits[0]?.resolve();
  await settled();
  expect(commits).toHaveLength(2);
  commits[1]?.resolve();
  await settled();
  expect(commits).toHaveLength(2);
  expect(await rig.committed()).toEqual([3]);
});

test('a partition that is lost: handlers are told, what is queued is dropped, results are ignored', async () => {
  await using rig = await Rig.open(2);
  await rig.produce('1', '2', '3', '4', '5', '6');
  const first = await rig.start({ ...byKey, concurrency: 5 });
  const before = first.open();
  const second = await rig.start(byKey);
  const lost = before.filter(({ signal }) => signal.aborted);
  expect(lost).toHaveLength(2);
  expect(new Set(lost.map(({ partition }) => partition)).size).toBe(1);
  const partition = lost[0]?.partition ?? -1;
  expect(second.open().map((call) => [call.partition, ...call.offsets])).toEqual([
    [partition, 0],
    [partition, 1],
    [partition, 2],
  ]);
  await lost[0]?.finish();
  await lost[1]?.fail(new DarkroomError('damaged_image', 'too late'));
  await rig.clock.advance(100);
  expect((await rig.committed())[partition]).toBeNull();
  expect(await rig.deadLetters()).toEqual([]);
  expect(first.open().every((call) => call.partition !== partition)).toBe(true);
  expect(first.consumer.health().assignments).toBe(1);
  expect(first.consumer.stats()).toMatchObject({ handled: 0, failed: 0 });
});

test('a partition that is lost and comes back begins at its commit, and a lane waits for the call that goes on', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2');
  const { open, member, calls } = await rig.start(byKey);
  const [x, y] = open();
  await rig.expire(member);
  await rig.clock.advance(0);
  expect(x?.signal.aborted).toBe(true);
  expect(calls).toHaveLength(2);
  await y?.finish();
  expect(calls.map(({ values }) => values[0])).toEqual(['1', '2', '2']);
  await x?.fail(new Error('aborted'));
  expect(calls.map(({ values }) => values[0])).toEqual(['1', '2', '2', '1']);
  for (const call of open()) await call.finish();
  await rig.clock.advance(25);
  expect(await rig.committed()).toEqual([2]);
});

test('a commit that is refused ends what was begun under it', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2');
  let zombie = false;
  const { open, consumer } = await rig.start({
    ...inOrder,
    weather: (call) => {
      if (zombie && call === 'commit') throw new DarkroomError('assignment_lost', 'It is no longer yours.');
    },
  });
  zombie = true;
  await open()[0]?.finish();
  expect(await rig.committed()).toEqual([null]);
  expect(consumer.paused).toBeNull();
  await settled();
  expect(consumer.stats().deadLettered).toBe(0);
});

test('where the results keep the offset, reading begins there and not at the commit', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3', '4');
  const first = await rig.start(inOrder);
  await first.open()[0]?.finish();
  await first.crash();
  const second = await rig.start({ ...inOrder, batchSize: 10, startAt: async () => 2 });
  expect(second.open().map(({ values }) => values)).toEqual([['3', '4']]);
  await rig.clock.advance(25);
  expect(await rig.committed()).toEqual([2]);
});

test('where somebody else has gone on with the results, it asks anew and begins there', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3');
  let kept = 0;
  const { open, consumer } = await rig.start({ ...inOrder, startAt: async () => kept });
  expect(open()[0]?.values).toEqual(['1']);
  kept = 2;
  await open()[0]?.fail(new DarkroomError('assignment_lost', 'The offset is not where it was left.'));
  await rig.clock.advance(200);
  expect(open().map(({ values }) => values)).toEqual([['3']]);
  expect(consumer.stats()).toMatchObject({ failed: 0, deadLettered: 0 });
});

test('an outage of what keeps the offsets is waited for', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  let down = true;
  const { open, consumer } = await rig.start({
    ...inOrder,
    startAt: async () => {
      if (down) throw new DarkroomError('database_unavailable', 'Locked.');
      return 0;
    },
  });
  expect(consumer.paused?.code).toBe('database_unavailable');
  down = false;
  await rig.clock.advance(100);
  expect(open()).toHaveLength(1);
});

test('what a commit says is finished is finished', async () => {
  await using rig = await Rig.open();
  await rig.produce(...Array.from({ length: 30 }, (_, index) => String(index)));
  const { calls, crash } = await rig.start({ ...byKey, concurrency: 30 });
  const finished = [3, 4, 5, 9, 20, 29];
  for (const offset of finished) await calls[offset]?.finish();
  await rig.clock.advance(25);
  await crash();
  const next = await rig.start(byKey);
  const { committed } = next.calls[0]?.assignment ?? {};
  const covered = decodeFinished(0, committed?.metadata ?? '').flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, index) => start + index),
  );
  expect(committed?.offset).toBe(0);
  expect(covered).toEqual(finished);
});
