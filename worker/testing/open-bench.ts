import { createHash, randomUUID } from 'node:crypto';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { topicSpecs, topicsOf } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import { TaskUpdate, type ProcessingTask } from '#core/domain/events.ts';
import { blobKey } from '#core/domain/image.ts';
import { defaultPreset, findPreset } from '#core/domain/preset.ts';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { openLog } from '#core/telemetry/log.ts';
import { followControl } from '../control.ts';
import type { PoolOptions } from '../decoder/pool.ts';
import { openTestPool } from '../decoder/testing/open-pool.ts';
import { Gate } from '../gate.ts';
import { Marks } from '../marks.ts';
import { ImageProcessor, type Parts } from '../process-image.ts';

/** Everything a processor works with, in memory but for the children, whose pictures are scripts. */
export async function openBench(options: { pool?: Partial<PoolOptions>; parts?: Partial<Parts> } = {}) {
  await using opening = new AsyncDisposableStack();
  const config = readConfig({});
  const topics = topicsOf(config);
  const broker = opening.use(openMemoryBroker());
  await broker.ensureTopics(topicSpecs(config));
  const storage = opening.use(openMemoryStorage());
  const { pool } = opening.use(await openTestPool(options.pool));
  const control = followControl(broker, topics.workerControl, openLog('test', 'silent'));
  opening.defer(() => control.stop());
  const stack = opening.move();

  const parts: Parts = {
    services: { broker, storage, topics },
    pool,
    marks: new Marks(storage),
    gate: new Gate(),
    control,
    worker: 'tester-1-abcd',
    findPreset,
    maxAttempts: 3,
    retryDelayMs: 1,
    ...options.parts,
  };

  return {
    ...parts,
    broker,
    storage,
    topics,
    /** A worker over the same broker and storage. */
    worker: (other: Partial<Parts> = {}) => new ImageProcessor({ ...parts, ...other }),
    /** A task whose original says what becomes of it in each run. */
    async task(script: string, changes: Partial<ProcessingTask> = {}): Promise<ProcessingTask> {
      const task = taskOf(script, changes);
      await storage.put(blobKey(task.blob), Buffer.from(script));
      return task;
    },
    async updates(): Promise<TaskUpdate[]> {
      const ends = await broker.offsets(topics.updates);
      const signal = AbortSignal.timeout(5000);
      const from = { [topics.updates]: Object.fromEntries(ends.map(({ partition }) => [partition, 0])) };
      let missing = ends.reduce((sum, { next }) => sum + next, 0);
      const updates: TaskUpdate[] = [];
      if (missing === 0) return updates;
      for await (const messages of broker.tail({ topics: [topics.updates], from, maxBatch: 100, signal })) {
        updates.push(...messages.map((message) => fromMessage(TaskUpdate, message)));
        missing -= messages.length;
        if (missing <= 0) break;
      }
      return updates;
    },
    marksLeft: () => Array.fromAsync(storage.list('marks/')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function taskOf(script: string, changes: Partial<ProcessingTask>): ProcessingTask {
  return {
    id: randomUUID(),
    type: 'task.process',
    timestamp: new Date().toISOString(),
    user_id: 'owner',
    version: 1,
    task_id: randomUUID(),
    run: 1,
    image_id: randomUUID(),
    batch: null,
    blob: createHash('sha256').update(script).digest('hex'),
    format: 'jpeg',
    width: 40,
    height: 30,
    bytes: script.length,
    preset: { name: defaultPreset.name, version: defaultPreset.version },
    ...changes,
  };
}
