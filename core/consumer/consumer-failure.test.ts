import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { byKey, inOrder } from './consumer.ts';
import { group, Rig, topic } from './testing/rig.ts';

const retry = { attempts: 3, minDelayMs: 100, maxDelayMs: 1_000 };

test('a failed message is tried again in its lane after a growing wait, and other lanes go on meanwhile', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'x:2', 'y:3');
  const { open, consumer } = await rig.start({ ...byKey, retry, concurrency: 2 });
  const begun = () => open().map(({ values }) => values[0]);
  await open()[0]?.fail(new Error('no'));
  expect(begun()).toEqual(['3']);
  await rig.clock.advance(99);
  expect(begun()).toEqual(['3']);
  await rig.clock.advance(1);
  expect(begun()).toEqual(['3', '1']);
  await open()[1]?.fail(new Error('no'));
  await rig.clock.advance(199);
  expect(begun()).toEqual(['3']);
  await rig.clock.advance(1);
  await open()[1]?.finish();
  expect(begun()).toEqual(['3', '2']);
  expect(consumer.stats()).toMatchObject({ failed: 2, retried: 2, handled: 1, deadLettered: 0 });
});

test('a lane that waits for its next attempt takes up no room', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2');
  const { open } = await rig.start({ ...byKey, retry, concurrency: 1 });
  await open()[0]?.fail(new Error('no'));
  expect(open().map(({ values }) => values[0])).toEqual(['2']);
});

test('what fails for good goes to the dead letters with its own bytes, and its lane goes on', async () => {
  await using rig = await Rig.open();
  const value = Buffer.from([0x22, 0xc3, 0xbc, 0x22]);
  await rig.append({ key: 'x', value, headers: { traceparent: 't' } });
  await rig.produce('x:2');
  const { open } = await rig.start({ ...byKey, retry });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await open()[0]?.fail(new Error('will not do'));
    await rig.clock.advance(1_000);
  }
  expect(open().map(({ values }) => values[0])).toEqual(['2']);
  const [letter] = await rig.deadLetters();
  expect(letter).toMatchObject({
    key: 'x',
    headers: {
      traceparent: 't',
      'dlq-reason': 'processing_failed',
      'dlq-error': 'Error: will not do',
      'dlq-attempts': '3',
      'dlq-topic': 'work',
      'dlq-offset': '0',
      'dlq-group': 'workers',
    },
  });
  expect(letter?.value && Buffer.from(letter.value)).toEqual(value);
  expect(await rig.committed()).toEqual([1]);
});

test('an error that is marked not retryable goes to the dead letters at once', async () => {
  await using rig = await Rig.open();
  await rig.produce('1');
  const { open } = await rig.start({ ...byKey, retry });
  await open()[0]?.fail(new DarkroomError('damaged_image', 'cut short'));
  expect((await rig.deadLetters())[0]?.headers).toMatchObject({
    'dlq-attempts': '1',
    'dlq-error': 'damaged_image: cut short',
  });
});

test('what cannot be unpacked goes to the dead letters and is never handled', async () => {
  await using rig = await Rig.open();
  const poison = [Buffer.from('{'), null, Buffer.from([0xff, 0xfe]), Buffer.alloc(0)];
  await rig.append(...poison.map((value) => ({ key: null, value, headers: {} })));
  await rig.produce('good');
  const { calls, consumer } = await rig.start(byKey);
  expect(calls.map(({ values }) => values)).toEqual([['good']]);
  const letters = await rig.deadLetters();
  expect(letters.map(({ value }) => value && Buffer.from(value))).toEqual(poison);
  expect(letters.map(({ headers }) => headers['dlq-reason'])).toEqual(Array(4).fill('malformed'));
  expect(consumer.stats()).toMatchObject({ malformed: 4, deadLettered: 4 });
});

test('a malformed message inside a batch parts it, so that everything ends in the order of the log', async () => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b');
  await rig.append({ key: null, value: Buffer.from('{'), headers: {} });
  await rig.produce('c');
  const { open } = await rig.start({ ...inOrder, batchSize: 10 });
  expect(open()[0]?.values).toEqual(['a', 'b']);
  expect(await rig.deadLetters()).toEqual([]);
  await open()[0]?.finish();
  expect(await rig.deadLetters()).toHaveLength(1);
  expect(open()[0]?.values).toEqual(['c']);
  expect(await rig.committed()).toEqual([3]);
});

test('when a batch fails each of it is handled alone, and only the guilty one is charged', async () => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b', 'c');
  const { calls, open } = await rig.start({ ...inOrder, batchSize: 3, retry: { ...retry, attempts: 1 } });
  await open()[0]?.fail(new Error('b is bad'));
  await rig.clock.advance(0);
  await open()[0]?.finish();
  await open()[0]?.fail(new Error('b is bad'));
  await open()[0]?.finish();
  expect(calls.map(({ values }) => values)).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  expect((await rig.deadLetters()).map(({ headers }) => headers['dlq-offset'])).toEqual(['1']);
});

test('with `stop`, the consumer ends with the cause, and commits neither the message nor what follows', async () => {
  await using rig = await Rig.open();
  await rig.produce('a', 'b', 'c');
  const cause = new DarkroomError('damaged_image', 'b is bad');
  const { consumer, open } = await rig.start({ ...inOrder, onFailure: 'stop' });
  await open()[0]?.finish();
  await open()[0]?.fail(cause);
  await rig.clock.advance(0);
  await expect(consumer.ended).rejects.toBe(cause);
  expect(open()).toEqual([]);
  expect(await rig.committed()).toEqual([1]);
  expect(consumer.health().ok).toBe(false);

  const { open: afterRestart } = await rig.start({ ...inOrder, onFailure: 'stop' });
  expect(afterRestart()[0]?.values).toEqual(['b']);
});

test('with `stop`, what other lanes have in hand is finished and not done again after the restart', async () => {
  await using rig = await Rig.open();
  await rig.produce('x:1', 'y:2', 'z:3', 'x:4');
  const { consumer, open } = await rig.start({ ...byKey, onFailure: 'stop', retry: { ...retry, attempts: 1 } });
  const [x, y, z] = open();
  await y?.finish();
  await x?.fail(new Error('no'));
  await z?.finish();
  await rig.clock.advance(0);
  await expect(consumer.ended).rejects.toThrow('no');
  expect(await rig.committed()).toEqual([0]);

  const { open: afterRestart } = await rig.start(byKey);
  expect(afterRestart().map(({ values }) => values[0])).toEqual(['1']);
  await afterRestart()[0]?.finish();
  expect(afterRestart().map(({ values }) => values[0])).toEqual(['4']);
});

test('a dead-letter topic that is missing ends the consumer at its start', async () => {
  await using rig = await Rig.open();
  await rig.log.ensureTopics([{ name: 'lone', partitions: 1, retention: 'work' }]);
  const { consumer } = await rig.start({ ...byKey, topics: ['lone'] });
  await rig.clock.advance(0);
  await expect(consumer.ended).rejects.toThrow(/lone\.dlq/);
});

test('an option that makes no sense is refused at the start', async () => {
  await using rig = await Rig.open();
  await expect(rig.start({ ...byKey, batchSize: 2 })).rejects.toThrow(/batchSize .* takes 1 unless/);
  await expect(rig.start({ concurrency: 0 })).rejects.toThrow(/concurrency/);
  await expect(rig.start({ topics: [] })).rejects.toThrow(/topics/);
  await expect(rig.start({ name: 'worker' })).rejects.toThrow(/kafka_consumer\.workers/);
});

test('a reader of dead letters needs none of its own; what cannot be read ends it, and is not committed', async () => {
  await using rig = await Rig.open();
  const dlq = `${topic}.dlq`;
  const value = Buffer.from('no JSON');
  await rig.log.append(dlq, [{ key: null, value, headers: {} }]);
  const reader = { ...inOrder, topics: [dlq], deadLetterTopic: null };
  const raw = await rig.start({ ...reader, unpack: (message) => message.value?.length });
  expect(raw.calls.map(({ values }) => values)).toEqual([[value.length]]);
  await raw.crash();
  const { consumer, calls } = await rig.start(reader);
  await expect(consumer.ended).rejects.toMatchObject({ code: 'malformed_message' });
  expect(calls).toEqual([]);
  expect((await rig.log.lag(group, [dlq])).map(({ committed }) => committed)).toEqual([null]);
});
