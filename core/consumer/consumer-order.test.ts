import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byKey, fast, inOrder } from './consumer.ts';
import { Rig, topic } from './testing/rig.ts';
import { settled } from './testing/virtual-clock.ts';

test('in order, a message begins only after the one before it is committed', async () => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b', 'c');
  const commit = Promise.withResolvers<void>();
  const { open } = await rig.start({
    ...inOrder,
    weather: (call) => (call === 'commit' ? commit.promise : undefined),
  });
  expect(open().map(({ values }) => values)).toEqual([['a']]);
  await open()[0]?.finish();
  expect(open()).toEqual([]);
  commit.resolve();
  await settled();
  expect(open().map(({ values }) => values)).toEqual([['b']]);
  expect(await rig.committed()).toEqual([1]);
});

test('in order, partitions go side by side up to the concurrency', async () => {
  await using rig = await Rig.open(3);
  await rig.produce('1', '2', '3', '4', '5', '6');
  const { open } = await rig.start({ ...inOrder, concurrency: 2 });
  expect(open().map(({ offsets, partition }) => [partition, ...offsets])).toEqual([
    [0, 0],
    [1, 0],
  ]);
  await open()[1]?.finish();
  expect(open().map(({ offsets, partition }) => [partition, ...offsets])).toEqual([
    [0, 0],
    [2, 0],
  ]);
});

test('a batch is what is there already, at most its size, and is committed as one', async () => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b', 'c', 'd', 'e');
  const { calls, open } = await rig.start({ ...inOrder, batchSize: 3 });
  await open()[0]?.finish();
  expect(await rig.committed()).toEqual([3]);
  await open()[0]?.finish();
  expect(calls.map(({ values }) => values)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  expect(await rig.committed()).toEqual([5]);
});

test('by key, keys go side by side and messages without one wait for nobody', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'x:2', 'y:3', '4', '5', 'y:6');
  const { open } = await rig.start(byKey);
  expect(open().map(({ values }) => values[0])).toEqual(['1', '3', '4', '5']);
  await open()[0]?.finish();
  expect(open().map(({ values }) => values[0])).toEqual(['3', '4', '5', '2']);
});

test('fast, messages of one key do not wait for each other', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'x:2', 'x:3');
  const { open } = await rig.start(fast);
  expect(open()).toHaveLength(3);
});

test('by key, whatever the delays, keys never overlap, keep their order and use the concurrency', async () => {
  const messages = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat({ max: 50 })), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(messages, fc.integer({ min: 1, max: 5 }), async (spec, concurrency) => {
      await using rig = await Rig.open(2);
      const ended: string[] = [];
      const busy = new Set<string>();
      await rig.produce(...spec.map(([key, delay], index) => `${key}:${index}/${delay}`));
      const { consumer } = await rig.start({
        ...byKey,
        concurrency,
        handle: async ([delivery]) => {
          const key = String(delivery?.message.key);
          expect(busy.has(key)).toBe(false);
          busy.add(key);
          expect(busy.size).toBeLessThanOrEqual(concurrency);
          const delay = Number(String(delivery?.value).split('/')[1]);
          await new Promise<void>((resolve) => rig.clock.after(delay, resolve));
          busy.delete(key);
          ended.push(`${key}:${String(delivery?.value)}`);
        },
      });
      await rig.clock.advance(40 * 51 + 100);
      expect(consumer.stats().handled).toBe(spec.length);
      for (const key of ['a', 'b', 'c', 'd']) {
        const expected = spec.flatMap(([of, delay], index) => (of === key ? [`${key}:${index}/${delay}`] : []));
        expect(ended.filter((text) => text.startsWith(key))).toEqual(expected);
      }
    }),
    { numRuns: 30 },
  );
});

test('the concurrency can be changed while it runs', async () => {
  await using rig = await Rig.open();
  await rig.produce('1', '2', '3', '4', '5');
  const { consumer, open } = await rig.start({ ...byKey, concurrency: 1 });
  expect(open()).toHaveLength(1);
  consumer.setConcurrency(3);
  expect(open()).toHaveLength(3);
  consumer.setConcurrency(2);
  await open()[0]?.finish();
  expect(open()).toHaveLength(2);
  expect(() => consumer.setConcurrency(0)).toThrow(/whole number above 0/);
});

test('a lane that is slow does not stop the others until the gap is full, and then only its own partition', async () => {
  await using rig = await Rig.open(2);
  await rig.append(...Array.from({ length: 40 }, () => ({ key: null, value: Buffer.from('0'), headers: {} })));
  const { calls, open, consumer } = await rig.start({ ...byKey, concurrency: 2, maxGap: 5 });
  const [slow] = open();
  for (;;) {
    const next = open().find((call) => call !== slow);
    if (!next) break;
    await next.finish();
  }
  const inHand = calls.filter(({ partition }) => partition === slow?.partition).length;
  expect(inHand).toBeGreaterThanOrEqual(5);
  expect(inHand).toBeLessThanOrEqual(10);
  expect(calls.filter(({ partition }) => partition !== slow?.partition)).toHaveLength(20);
  await slow?.finish();
  while (open().length > 0) await open()[0]?.finish();
  expect(consumer.stats()).toMatchObject({ consumed: 40, handled: 40 });
});

test('what is held is told with how much of it is finished beyond the commit', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2', 'z:3');
  const { consumer, open } = await rig.start({ ...byKey });
  expect(consumer.held()).toEqual([{ topic, partition: 0, finishedAhead: 0 }]);
  const [first, second, third] = open();
  await third?.finish();
  await second?.finish();
  expect(consumer.held()).toEqual([{ topic, partition: 0, finishedAhead: 2 }]);
  await first?.finish();
  expect(consumer.held()).toEqual([{ topic, partition: 0, finishedAhead: 0 }]);
});
