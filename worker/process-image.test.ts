import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { toMessage } from '#core/broker/messages.ts';
import type { ProcessingTask, TaskUpdate, WorkerCommand } from '#core/domain/events.ts';
import { derivativesFolder } from '#core/domain/image.ts';
import { applyUpdate, queuedState } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import { Gate } from './gate.ts';
import { Marks } from './marks.ts';
import { openBench } from './testing/open-bench.ts';

const never = new AbortController().signal;
const types = (updates: TaskUpdate[]) => updates.map(({ type }) => type);
const fold = (updates: TaskUpdate[]) => updates.reduce(applyUpdate, queuedState(1, '2026-01-01T00:00:00.000Z'));

/** Storage where one method behaves as told. */
function storageWith(storage: Storage, changed: Partial<Storage>): Storage {
  return new Proxy(storage, {
    get: (target, name) => {
      const value: unknown = Reflect.get(changed, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

class RecordingGate extends Gate {
  readonly alone: boolean[] = [];

  override enter(how: Parameters<Gate['enter']>[0]): Promise<() => void> {
    this.alone.push(how.alone);
    return super.enter(how);
  }
}

function cancel({ broker, topics }: Awaited<ReturnType<typeof openBench>>, { task_id, run }: ProcessingTask) {
  const about = { id: randomUUID(), timestamp: new Date().toISOString(), user_id: 'owner', version: 1 } as const;
  const command: WorkerCommand = { ...about, type: 'worker.cancel', task_id, run };
  return broker.publish(topics.workerControl, [toMessage('*', command)]);
}

test('a picture starts, progresses and is done, and done names every derivative', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  await bench.worker().process(task, { signal: never });
  const updates = await bench.updates();
  expect(types(updates).at(0)).toBe('task.started');
  expect(types(updates).at(-1)).toBe('task.done');
  expect(updates.at(-1)?.changes.derivatives?.map(({ name }) => name)).toEqual(['large', 'medium', 'small']);
  expect(fold(updates)).toMatchObject({ status: 'done', attempts: 1, worker: 'tester-1-abcd', placeholder: 'AAAA' });
  expect(await Array.fromAsync(bench.storage.list(derivativesFolder(task.image_id)))).toHaveLength(3);
  expect(await bench.marksLeft()).toEqual([]);
});

test('a redelivered picture converges on the same files and the same state', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  await bench.worker().process(task, { signal: never });
  const [first, keys] = [await bench.updates(), await Array.fromAsync(bench.storage.list('derivatives/'))];
  await bench.worker().process(task, { signal: never });
  expect(fold(await bench.updates())).toEqual(fold(first));
  expect(await Array.fromAsync(bench.storage.list('derivatives/'))).toEqual(keys);
});

test('a damaged picture fails at once with its reason', async () => {
  await using bench = await openBench();
  await bench.worker().process(await bench.task('damaged'), { signal: never });
  expect(fold(await bench.updates())).toMatchObject({
    status: 'failed',
    attempts: 1,
    error: { code: 'damaged_image', detail: 'It is damaged.' },
  });
  expect(await bench.marksLeft()).toEqual([]);
});

test('a picture that kills its decoder is tried three times and then fails', async () => {
  await using bench = await openBench();
  await bench.worker().process(await bench.task('crash'), { signal: never });
  const updates = await bench.updates();
  expect(types(updates).filter((type) => type === 'task.retrying')).toHaveLength(2);
  expect(fold(updates)).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'decoder_crashed' } });
  expect(await bench.marksLeft()).toEqual([]);
});

test('a picture that hangs is charged three times while its neighbour is done on its first attempt', async () => {
  await using bench = await openBench({ pool: { timeoutMs: 1000 } });
  const [guilty, neighbour] = [await bench.task('hang-in-company hang'), await bench.task('patient')];
  const worker = bench.worker();
  await Promise.all([guilty, neighbour].map((task) => worker.process(task, { signal: never })));
  const updates = await bench.updates();
  const of = (task: ProcessingTask) => fold(updates.filter(({ task_id }) => task_id === task.task_id));
  expect(of(guilty)).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'decoder_timeout' } });
  expect(of(neighbour)).toMatchObject({ status: 'done', attempts: 1 });
});

test('a picture whose original is gone fails', async () => {
  await using bench = await openBench();
  const task = await bench.task('good', { blob: 'ab'.repeat(32) });
  await bench.storage.delete(`blobs/ab/${'ab'.repeat(32)}`);
  await bench.worker().process(task, { signal: never });
  expect(fold(await bench.updates())).toMatchObject({ status: 'failed', error: { code: 'original_missing' } });
});

test('a preset this worker does not know fails the task', async () => {
  await using bench = await openBench();
  const task = await bench.task('good', { preset: { name: 'web', version: 99 } });
  await bench.worker().process(task, { signal: never });
  expect(fold(await bench.updates())).toMatchObject({ status: 'failed', error: { code: 'unknown_preset' } });
});

test('a full disk is charged to nobody, also where it keeps the mark from being lowered', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  await bench.marks.raise(task, 1);
  const disk = { small: true, full: false };
  const storage = storageWith(bench.storage, {
    put(key, source, options) {
      disk.full ||= disk.small && key.startsWith('derivatives/');
      if (disk.full) return Promise.reject(new DarkroomError('storage_full', 'No room.'));
      return bench.storage.put(key, source, options);
    },
  });
  const worker = bench.worker({ marks: new Marks(storage), services: { ...bench.services, storage } });
  for (let time = 0; time < 3; time++) {
    disk.full = false;
    await expect(worker.process(task, { signal: never })).rejects.toMatchObject({ code: 'storage_full' });
  }
  Object.assign(disk, { small: false, full: false });
  await worker.process(task, { signal: never });
  expect(fold(await bench.updates())).toMatchObject({ status: 'done', attempts: 2 });
});

test('no room in the scratch folder is an outage and no fault of the picture', async () => {
  await using bench = await openBench();
  const task = await bench.task('full');
  await expect(bench.worker().process(task, { signal: never })).rejects.toMatchObject({ code: 'storage_full' });
  expect(await bench.marksLeft()).toEqual([]);
  expect(types(await bench.updates())).not.toContain('task.failed');
});

test('an error nobody foresaw fails the task, and rejects so that the message is kept', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  const storage = storageWith(bench.storage, { fetchTo: () => Promise.reject(new TypeError('a mistake')) });
  const worker = bench.worker({ services: { ...bench.services, storage } });
  await expect(worker.process(task, { signal: never })).rejects.toMatchObject({ code: 'internal' });
  expect(fold(await bench.updates())).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  expect(await bench.marksLeft()).toEqual([]);
});

test('what cannot be published is not finished, and not charged', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  const down = () => Promise.reject(new DarkroomError('broker_unavailable', 'It is down.'));
  const broker = new Proxy(bench.broker, {
    get: (target, name) => (name === 'publish' ? down : Reflect.get(target, name)),
  });
  const deaf = bench.worker({ services: { ...bench.services, broker } });
  await expect(deaf.process(task, { signal: never })).rejects.toMatchObject({ code: 'broker_unavailable' });
  expect(await bench.marksLeft()).toEqual([]);
});

test('a picture given back by a stop is charged nothing', async () => {
  await using bench = await openBench();
  const task = await bench.task('wait');
  const worker = bench.worker();
  const stop = new AbortController();
  const processing = worker.process(task, { signal: stop.signal });
  await expect.poll(() => worker.inHand()).toHaveLength(1);
  stop.abort();
  await expect(processing).rejects.toMatchObject({ name: 'AbortError' });
  expect(await bench.marksLeft()).toEqual([]);
  expect(worker.inHand()).toEqual([]);
});

test('a picture whose worker died three times fails and says so', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  await new Marks(bench.storage).raise(task, 3);
  await bench.worker().process(task, { signal: never });
  expect(fold(await bench.updates())).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'worker_died' } });
});

test('a picture whose worker died is developed with nothing else in hand, and the start counts', async () => {
  await using bench = await openBench();
  const [abandoned, fresh] = [await bench.task('good'), await bench.task('good')];
  await bench.marks.raise(abandoned, 1);
  const gate = new RecordingGate();
  const worker = bench.worker({ gate });
  await worker.process(abandoned, { signal: never });
  await worker.process(fresh, { signal: never });
  expect(gate.alone).toEqual([true, false]);
  const updates = (await bench.updates()).filter(({ task_id }) => task_id === abandoned.task_id);
  expect(fold(updates)).toMatchObject({ status: 'done', attempts: 2 });
});

test('a cancelled picture is dropped while it is in hand, and leaves no mark', async () => {
  await using bench = await openBench();
  const task = await bench.task('wait');
  const worker = bench.worker();
  const processing = worker.process(task, { signal: never });
  await expect.poll(() => worker.inHand()).toHaveLength(1);
  await cancel(bench, task);
  await processing;
  expect(types(await bench.updates())).not.toContain('task.failed');
  expect(await bench.marksLeft()).toEqual([]);
});

test('a picture cancelled before it comes is never begun; a retry of it is', async () => {
  await using bench = await openBench();
  const task = await bench.task('good');
  const witness = await bench.task('wait');
  const worker = bench.worker();
  const witnessed = worker.process(witness, { signal: never });
  await cancel(bench, task);
  await cancel(bench, witness);
  await witnessed;
  await worker.process(task, { signal: never });
  const about = async () => (await bench.updates()).filter(({ task_id }) => task_id === task.task_id);
  expect(await about()).toEqual([]);
  await worker.process({ ...task, run: 2 }, { signal: never });
  expect(types(await about())).toContain('task.done');
});
