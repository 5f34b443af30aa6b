import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes, type Lane } from './lanes.ts';

/** The lane that is next, of which the test knows that there is one. */
function take<E>(lanes: Lanes<E>): Lane<E> {
  const lane = lanes.take();
  if (!lane) throw new Error('No lane is ready.');
  return lane;
}

test('lanes go in the order in which they became ready', () => {
  const lanes = new Lanes<number>();
  for (const id of ['b', 'a', 'b', 'c']) lanes.push(id, 0);
  expect([lanes.take()?.id, lanes.take()?.id, lanes.take()?.id, lanes.take()]).toEqual(['b', 'a', 'c', null]);
});

test('a lane that is taken is taken by nobody else, whatever comes in', () => {
  const lanes = new Lanes<number>();
  lanes.push('a', 1);
  const lane = take(lanes);
  lanes.push('a', 2);
  expect(lanes.take()).toBeNull();
  lanes.release(lane);
  expect(lanes.take()).toBe(lane);
});

test('a lane with nothing in it is forgotten', () => {
  const lanes = new Lanes<number>();
  lanes.push('a', 1);
  const lane = take(lanes);
  lane.queue.shift();
  lanes.release(lane);
  expect(lanes.size).toBe(0);
});

test('dropping reaches lanes that are ready and lanes that are taken', () => {
  const lanes = new Lanes<number>();
  for (const [id, entry] of [
    ['a', 1],
    ['b', 1],
    ['b', 2],
    ['c', 1],
  ] as const)
    lanes.push(id, entry);
  const a = take(lanes);
  lanes.drop((entry) => entry === 1);
  expect(a.queue).toEqual([]);
  lanes.push('a', 3);
  expect(lanes.take()).toMatchObject({ id: 'b', queue: [2] });
  expect(lanes.take()).toBeNull();
  lanes.release(a);
  expect(lanes.take()).toBe(a);
});

test('whatever is pushed, taken and released, each lane yields its entries in order and none twice', () => {
  const command = fc.record({ kind: fc.constantFrom('push', 'take', 'release'), lane: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const lanes = new Lanes<number>();
      const pushed = new Map<string, number[]>();
      const yielded = new Map<string, number[]>();
      const taken: Lane<number>[] = [];
      const finish = (lane: Lane<number>) => {
        yielded.set(lane.id, [...(yielded.get(lane.id) ?? []), ...lane.queue.splice(0, 1)]);
        lanes.release(lane);
      };
      commands.forEach(({ kind, lane }, index) => {
        if (kind === 'push') {
          pushed.set(String(lane), [...(pushed.get(String(lane)) ?? []), index]);
          lanes.push(String(lane), index);
        } else if (kind === 'take') {
          const next = lanes.take();
          if (next) taken.push(next);
          expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
        } else {
          const next = taken.splice(lane % (taken.length || 1), 1)[0];
          if (next) finish(next);
        }
      });
      for (const lane of taken) finish(lane);
      for (let lane = lanes.take(); lane; lane = lanes.take()) finish(lane);
      expect(yielded).toEqual(pushed);
      expect(lanes.size).toBe(0);
    }),
  );
});
