import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTestPool } from './testing/open-pool.ts';

test('a picture is developed and every derivative handed over', async () => {
  await using tester = await openTestPool();
  const { result, files } = tester.develop('good');
  await result;
  expect([...files.keys()].toSorted()).toEqual(['large', 'medium', 'small']);
});

test('what was handed over or brought in leaves nothing in the scratch folder', async () => {
  await using tester = await openTestPool();
  await Promise.all([tester.develop('good').result, tester.develop('good').result]);
  const seat = join(tester.folder, 'scratch/tester/0');
  expect(await readdir(join(seat, 'in'))).toEqual([]);
  expect((await readdir(join(seat, 'out'))).filter((name) => !name.startsWith('runs-'))).toEqual([]);
});

test('two pictures share a child, and a third waits until one leaves', async () => {
  await using tester = await openTestPool();
  const cancel = new AbortController();
  const [first, second] = [tester.develop('wait', { signal: cancel.signal }), tester.develop('wait good')];
  const third = tester.develop('good');
  await Promise.all([first.inHand, second.inHand]);
  expect(third.admitted()).toBe(false);
  cancel.abort(new Error('cancelled by hand'));
  await Promise.all([second.result, third.result]);
});

test('a picture too large for the room beside its neighbour waits until that one leaves', async () => {
  await using tester = await openTestPool({ memoryBytes: 512 << 20 });
  const cancel = new AbortController();
  const first = tester.develop('wait', { pixels: 40_000_000, signal: cancel.signal });
  const second = tester.develop('good', { pixels: 40_000_000 });
  await first.inHand;
  expect(second.admitted()).toBe(false);
  cancel.abort(new Error('cancelled by hand'));
  await second.result;
});

test('two pictures killed with their child are charged nothing and run again, each in a fresh child', async () => {
  await using tester = await openTestPool();
  const killed = tester.develop('crash-in-company good');
  const neighbour = tester.develop('wait good');
  const [first, second] = await Promise.all([killed.result, neighbour.result]);
  expect(first).toContain('held 1');
  expect(second).toContain('held 1');
  expect(first[0]).not.toBe(second[0]);
});

test('a picture that kills its child alone is charged; its neighbour is not', async () => {
  await using tester = await openTestPool();
  const guilty = tester.develop('crash-in-company crash');
  const neighbour = tester.develop('wait good');
  await expect(guilty.result).rejects.toMatchObject({ code: 'decoder_crashed' });
  await neighbour.result;
});

test('a picture that hangs is killed at the time-out and charged; its neighbour is not', async () => {
  await using tester = await openTestPool({ timeoutMs: 1000 });
  const guilty = tester.develop('hang-in-company hang');
  const neighbour = tester.develop('patient');
  await expect(guilty.result).rejects.toMatchObject({ code: 'decoder_timeout' });
  await neighbour.result;
});

test('a picture that never answers is killed at the time-out', async () => {
  await using tester = await openTestPool({ timeoutMs: 200 });
  await expect(tester.develop('wait').result).rejects.toMatchObject({ code: 'decoder_timeout' });
});

test.runIf(process.platform === 'linux')(
  'a child that outgrows its memory is killed and the guilty charged',
  async () => {
    await using tester = await openTestPool({ memoryBytes: 256 << 20 });
    const guilty = tester.develop('grow');
    const neighbour = tester.develop('wait good');
    await expect(guilty.result).rejects.toMatchObject({ code: 'out_of_memory' });
    await neighbour.result;
  },
);

test('a cancelled picture is given up at once and its neighbour runs again', async () => {
  await using tester = await openTestPool();
  const cancel = new AbortController();
  const cancelled = tester.develop('wait', { signal: cancel.signal });
  const neighbour = tester.develop('wait good');
  await Promise.all([cancelled.inHand, neighbour.inHand]);
  cancel.abort(new Error('cancelled by hand'));
  await expect(cancelled.result).rejects.toThrow('cancelled by hand');
  await neighbour.result;
});

test('a picture cancelled while it waits never begins', async () => {
  await using tester = await openTestPool({ concurrency: 1 });
  const first = tester.develop('wait');
  await first.inHand;
  const cancel = new AbortController();
  const second = tester.develop('good', { signal: cancel.signal });
  cancel.abort(new Error('cancelled by hand'));
  await expect(second.result).rejects.toThrow('cancelled by hand');
  expect(second.files.size).toBe(0);
});

test('a picture that must be alone gets a fresh child', async () => {
  await using tester = await openTestPool();
  const [pid] = await tester.develop('good').result;
  const [again] = await tester.develop('good').result;
  const [fresh] = await tester.develop('good', { alone: true }).result;
  expect(again).toBe(pid);
  expect(fresh).not.toBe(pid);
});

test('what the child says of a picture reaches the caller as an error with its code', async () => {
  await using tester = await openTestPool();
  await expect(tester.develop('damaged').result).rejects.toMatchObject({ code: 'damaged_image' });
  await expect(tester.develop('full').result).rejects.toMatchObject({ code: 'storage_full' });
});

test('a child that babbles or speaks of files it was not asked for fails the picture', async () => {
  await using tester = await openTestPool();
  await expect(tester.develop('babble').result).rejects.toMatchObject({ code: 'decoder_crashed' });
  await expect(tester.develop('lie').result).rejects.toMatchObject({ code: 'decoder_crashed' });
});

test('a child that does not start is no fault of the picture', async () => {
  await using tester = await openTestPool({ program: join(import.meta.dirname, 'no-such-program.ts') });
  await expect(tester.develop('good').result).rejects.toMatchObject({ code: 'decoder_unavailable' });
  await expect(tester.pool.check()).rejects.toMatchObject({ code: 'decoder_unavailable' });
});

test('closing ends what runs and what waits', async () => {
  await using tester = await openTestPool({ concurrency: 1 });
  const [running, waiting] = [tester.develop('wait'), tester.develop('good')];
  await running.inHand;
  await tester.pool.close();
  await expect(running.result).rejects.toMatchObject({ name: 'AbortError' });
  await expect(waiting.result).rejects.toMatchObject({ name: 'AbortError' });
});
