import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { openBench } from './testing/open-bench.ts';
import { Updates } from './updates.ts';

const derivative = (name: string) => ({ name, format: 'webp', width: 10, height: 10, bytes: 1 });

async function openUpdates() {
  const bench = await openBench();
  const task = await bench.task('good');
  return {
    updates: new Updates(bench.broker, bench.topics.updates, task, 'tester'),
    said: () => bench.updates(),
    bench,
    task,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

test('progress gives way to an end that comes at once', async () => {
  await using opened = await openUpdates();
  const { updates } = opened;
  updates.started(1);
  updates.progressed(1, { placeholder: 'AAAA' });
  updates.progressed(1, { derivatives: [derivative('small')] });
  updates.done(1, { placeholder: 'AAAA', derivatives: [derivative('small')] });
  await updates.settled();
  expect((await opened.said()).map(({ type }) => type)).toEqual(['task.started', 'task.done']);
});

test('progress of a slow picture is gathered into one update', async () => {
  await using opened = await openUpdates();
  const { updates } = opened;
  updates.progressed(1, { placeholder: 'AAAA' });
  updates.progressed(1, { derivatives: [derivative('small')] });
  updates.progressed(1, { derivatives: [derivative('medium')] });
  await expect.poll(opened.said).toHaveLength(1);
  const [progress] = await opened.said();
  expect(progress?.changes).toEqual({ placeholder: 'AAAA', derivatives: [derivative('small'), derivative('medium')] });
});

test('what is ready before a failure is said before it', async () => {
  await using opened = await openUpdates();
  const { updates } = opened;
  updates.progressed(1, { placeholder: 'AAAA' });
  updates.retrying(1, { code: 'decoder_crashed', detail: 'It died.' });
  updates.started(2);
  updates.progressed(2, { derivatives: [derivative('small')] });
  updates.failed(2, { code: 'decoder_crashed', detail: 'It died.' });
  await updates.settled();
  expect((await opened.said()).map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
    'task.progressed 1',
    'task.retrying 1',
    'task.started 2',
    'task.progressed 2',
    'task.failed 2',
  ]);
});

test('what cannot be published is told to whoever waits', async () => {
  await using opened = await openUpdates();
  const down = () => Promise.reject(new DarkroomError('broker_unavailable', 'It is down.'));
  const broker = new Proxy(opened.bench.broker, {
    get: (target, name) => (name === 'publish' ? down : Reflect.get(target, name)),
  });
  const updates = new Updates(broker, opened.bench.topics.updates, opened.task, 'tester');
  updates.started(1);
  await expect(updates.settled()).rejects.toMatchObject({ code: 'broker_unavailable' });
});
