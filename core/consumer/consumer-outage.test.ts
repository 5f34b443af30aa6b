import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { byKey, inOrder, type Pause } from './consumer.ts';
import { Rig } from './testing/rig.ts';

const full = new DarkroomError('storage_full', 'The disk is full.');
const gone = new DarkroomError('broker_unavailable', 'The broker does not answer.');

/** Notes what `onPaused` is told, and answers `recovered` as the test says. */
function witness() {
  const told: (Pause | null)[] = [];
  const asked: number[] = [];
  const state = { well: false };
  const recovered = async () => {
    asked.push(asked.length);
    if (!state.well) throw full;
  };
  return { told, asked, state, recovered, onPaused: (pause: Pause | null) => void told.push(pause) };
}

test('an outage pauses the whole consumer, and the same message is handled again with nothing charged', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2', 'z:3');
  const { told, state, ...hooks } = witness();
  const retry = { attempts: 1, minDelayMs: 100, maxDelayMs: 100 };
  const { consumer, open } = await rig.start({ ...byKey, ...hooks, concurrency: 2, retry });
  await open()[0]?.fail(full);
  expect(consumer.paused).toMatchObject({ code: 'storage_full', detail: 'The disk is full.' });
  await open()[0]?.finish();
  await rig.clock.advance(60_000);
  expect(open()).toEqual([]);
  expect(consumer.health().ok).toBe(false);

  state.well = true;
  await rig.clock.advance(2_000);
  expect(open().map(({ values }) => values[0])).toEqual(['3', '1']);
  expect(told).toEqual([{ code: 'storage_full', detail: 'The disk is full.', since: expect.any(String) }, null]);
  for (const call of open()) await call.finish();
  expect(consumer.stats()).toMatchObject({ handled: 3, failed: 0, retried: 0, deadLettered: 0 });
});

test('however many fail by it, it is one outage', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3', '4');
  const { told, asked, ...hooks } = witness();
  const { open } = await rig.start({ ...byKey, ...hooks });
  for (const call of open()) await call.fail(full);
  await rig.clock.advance(100);
  expect(told).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

test('it is asked ever more rarely whether the outage is over, at least every two seconds', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { asked, ...hooks } = witness();
  const { open } = await rig.start({ ...byKey, ...hooks });
  await open()[0]?.fail(full);
  await rig.clock.advance(100 + 200 + 400 + 800 + 1_600);
  expect(asked).toHaveLength(5);
  await rig.clock.advance(20_000);
  expect(asked).toHaveLength(15);
});

test('an answer that all is well, which is wrong, makes no busy loop', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { calls } = await rig.start({
    ...byKey,
    handle: async () => {
      throw full;
    },
    recovered: async () => {
      calls.length += 1;
    },
  });
  await rig.clock.advance(60_000);
  expect(calls.length).toBeLessThan(40);
});

test('a dead letter that the broker does not take waits for it, and is neither lost nor doubled', async () => {
  await using rig = await Rig.open();
  await rig.append({ key: 'x', value: Buffer.from('{'), headers: {} });
  await rig.produce('x:2');
  let down = true;
  const { open, consumer } = await rig.start({
    ...byKey,
    weather: (call) => {
      if (down && (call === 'append' || call === 'ping')) throw gone;
    },
  });
  await rig.clock.advance(10_000);
  expect(consumer.paused?.code).toBe('broker_unavailable');
  expect(open()).toEqual([]);
  down = false;
  await rig.clock.advance(2_000);
  expect(consumer.paused).toBeNull();
  expect(await rig.deadLetters()).toHaveLength(1);
  expect(open()[0]?.values).toEqual(['2']);
});

test.each([
  ['in order', inOrder],
  ['by key', byKey],
])('%s, a commit that the broker does not take waits for it, and nothing is handled again', async (_, preset) => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b');
  let down = true;
  const { calls, open, consumer } = await rig.start({
    ...preset,
    concurrency: 1,
    weather: (call) => {
      if (down && (call === 'commit' || call === 'ping')) throw gone;
    },
  });
  await open()[0]?.finish();
  await rig.clock.advance(10_000);
  expect(consumer.paused?.code).toBe('broker_unavailable');
  expect(await rig.committed()).toEqual([null]);
  down = false;
  for (const call of open()) await call.finish();
  await rig.clock.advance(2_100);
  for (const call of open()) await call.finish();
  await rig.clock.advance(100);
  expect(calls.map(({ values }) => values[0])).toEqual(['a', 'b']);
  expect(await rig.committed()).toEqual([2]);
});

test('a commit that failed is made up for, though nothing follows it', async () => {
  await using rig = await Rig.open();
  await rig.produce('a');
  let down = true;
  const { open } = await rig.start({
    ...byKey,
    weather: (call) => {
      if (down && call === 'commit') throw gone;
    },
  });
  await open()[0]?.finish();
  await rig.clock.advance(25);
  down = false;
  await rig.clock.advance(2_000);
  expect(await rig.committed()).toEqual([1]);
});

test('a handler may have outages of its own', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { open, consumer } = await rig.start({
    ...byKey,
    isOutage: (error) => error instanceof RangeError,
  });
  await open()[0]?.fail(new RangeError('out of chairs'));
  expect(consumer.paused?.code).toBe('internal');
  await rig.clock.advance(100);
  expect(open()).toHaveLength(1);
});

test('a person pauses and resumes; an outage that ends meanwhile does not resume for them', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2');
  const { consumer, open } = await rig.start({ ...byKey, concurrency: 1 });
  await open()[0]?.fail(full);
  consumer.pause({ code: 'maintenance', detail: 'New lamp.' });
  await rig.clock.advance(5_000);
  expect(consumer.paused).toMatchObject({ code: 'maintenance', detail: 'New lamp.' });
  expect(consumer.health()).toMatchObject({ ok: true, assignments: 1 });
  expect(open()).toEqual([]);
  consumer.resume();
  expect(open()).toHaveLength(1);
});

test('the broker going away under the reader is an outage, and the consumer joins anew', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  let down = true;
  const { open, consumer } = await rig.start({
    ...byKey,
    weather: (call) => {
      if (down && (call === 'fetch' || call === 'ping')) throw gone;
    },
  });
  expect(consumer.paused?.code).toBe('broker_unavailable');
  down = false;
  await rig.clock.advance(100);
  expect(open()).toHaveLength(1);
});

test('an error of the broker that is no outage ends the consumer', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { consumer, open } = await rig.start({
    ...byKey,
    weather: (call) => {
      if (call === 'commit') throw new TypeError('a bug');
    },
  });
  await open()[0]?.finish();
  await rig.clock.advance(25);
  await rig.clock.advance(0);
  await expect(consumer.ended).rejects.toThrow('a bug');
});

test('in-order: what an outage kept from being committed is committed before the next begins', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2');
  let away = false;
  const { open, calls } = await rig.start({
    ...inOrder,
    weather: (call) => {
      if (call === 'commit' && away) throw gone;
    },
  });
  away = true;
  await open()[0]?.finish();
  await rig.clock.advance(10_000);
  expect(calls.map(({ values }) => values[0])).toEqual(['1']);
  away = false;
  await rig.clock.advance(2_000);
  expect(calls.map(({ values }) => values[0])).toEqual(['1', '2']);
  expect(await rig.committed()).toEqual([1]);
});
