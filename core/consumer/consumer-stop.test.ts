import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { byKey, fast, inOrder } from './consumer.ts';
import { Rig } from './testing/rig.ts';
import { settled } from './testing/virtual-clock.ts';

const full = new DarkroomError('storage_full', 'The disk is full.');

/** Tells whether a promise has resolved by now. */
function watch(promise: Promise<unknown>) {
  const seen = { done: false };
  void promise.then(() => (seen.done = true));
  return seen;
}

test('a stop lets what runs finish, gives back what has not started, commits and leaves the group', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3');
  const { consumer, open, calls } = await rig.start({ ...byKey, concurrency: 2 });
  const stopped = watch(consumer.stop({ deadlineMs: 1_000 }));
  await settled();
  await rig.produce('4');
  await open()[1]?.finish();
  expect(stopped.done).toBe(false);
  await open()[0]?.finish();
  expect(stopped.done).toBe(true);
  await consumer.ended;
  expect(calls).toHaveLength(2);
  expect(await rig.committed()).toEqual([2]);

  const next = await rig.start(byKey);
  expect(next.open().map(({ values }) => values[0])).toEqual(['3', '4']);
});

test('the deadline aborts what still runs, and what that leaves undone comes again', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2');
  const { consumer, open } = await rig.start(byKey);
  const [x, y] = open();
  const stopped = watch(consumer.stop({ deadlineMs: 1_000 }));
  await y?.finish();
  await rig.clock.advance(999);
  expect(x?.signal.aborted).toBe(false);
  await rig.clock.advance(1);
  expect(x?.signal.aborted).toBe(true);
  await x?.fail(new Error('aborted'));
  expect(stopped.done).toBe(true);
  expect(consumer.stats()).toMatchObject({ failed: 0, deadLettered: 0 });

  const next = await rig.start(byKey);
  expect(next.open().map(({ values }) => values[0])).toEqual(['1']);
});

test('a handler that ignores its signal does not hold up a stop, and its result no longer counts', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { consumer, open } = await rig.start(byKey);
  const stopped = watch(consumer.stop({ deadlineMs: 1_000 }));
  await rig.clock.advance(2_000);
  expect(stopped.done).toBe(true);
  await open()[0]?.finish();
  await rig.clock.advance(1_000);
  expect(await rig.committed()).toEqual([null]);
});

test('a stop in an outage ends promptly, and what the outage held up comes again', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2');
  const { consumer, open } = await rig.start({
    ...byKey,
    concurrency: 1,
    recovered: () => Promise.reject(full),
  });
  await open()[0]?.fail(full);
  await rig.clock.advance(500);
  await consumer.stop({ deadlineMs: 60_000 });
  expect(rig.clock.pending).toBe(0);
  const next = await rig.start(byKey);
  expect(next.open()).toHaveLength(2);
});

test('a broker that does not answer does not hold up a stop', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { consumer, open } = await rig.start({
    ...byKey,
    weather: (call) => (call === 'commit' || call === 'leave' ? new Promise(() => {}) : undefined),
  });
  await open()[0]?.finish();
  const stopped = watch(consumer.stop({ deadlineMs: 0 }));
  await rig.clock.advance(2_000);
  expect(stopped.done).toBe(true);
});

test('a message that waits for its next attempt is given back by a stop', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { consumer, open } = await rig.start(byKey);
  await open()[0]?.fail(new Error('no'));
  await consumer.stop({ deadlineMs: 60_000 });
  expect(rig.clock.pending).toBe(0);
  expect(await rig.committed()).toEqual([null]);
});

test('a stop may be asked for again', async () => {
  await using rig = await Rig.open();
  const { consumer } = await rig.start(inOrder);
  await Promise.all([consumer.stop({ deadlineMs: 10 }), consumer.stop({ deadlineMs: 10 })]);
  await consumer.stop({ deadlineMs: 10 });
  await expect(consumer.ended).resolves.toBeUndefined();
});

test('nothing is read while a stop lets what runs finish', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  let fetches = 0;
  const { consumer, open } = await rig.start({
    ...byKey,
    weather: (call) => {
      if (call === 'fetch') fetches += 1;
    },
  });
  const stopped = consumer.stop({ deadlineMs: 10_000 });
  await settled();
  fetches = 0;
  for (let round = 0; round < 10; round += 1) await rig.produce('more');
  expect(fetches).toBeLessThanOrEqual(1);
  await open()[0]?.finish();
  await stopped;
});

test('fast commits every five seconds what was read, and a stop gives back what was not finished all the same', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3', '4');
  const { consumer, open } = await rig.start({ ...fast, concurrency: 2 });
  await rig.clock.advance(4_999);
  expect(await rig.committed()).toEqual([null]);
  await rig.clock.advance(1);
  expect(await rig.committed()).toEqual([4]);
  expect(consumer.stats().committedUnfinished).toBe(4);
  await open()[1]?.finish();
  await rig.produce('5');
  await rig.clock.advance(5_000);
  expect(consumer.stats().committedUnfinished).toBe(5);
  const stopped = consumer.stop({ deadlineMs: 0 });
  await rig.clock.advance(1_000);
  await stopped;
  expect(await rig.committed()).toEqual([0]);
  const next = await rig.start(fast);
  expect(next.open().map(({ values }) => values[0])).toEqual(['1', '3', '4', '5']);
});
