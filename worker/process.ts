import { byKey, startConsumer } from '#core/consumer/consumer.ts';
import { consumerGroups } from '#core/consumer/groups.ts';
import { consumerName } from '#core/consumer/names.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { ProcessingTask, type WorkerStatus } from '#core/domain/events.ts';
import { findPreset } from '#core/domain/preset.ts';
import type { Services } from '#core/services.ts';
import type { Running } from './consumers.ts';
import { followControl } from './control.ts';
import { Pool } from './decoder/pool.ts';
import { detectIsolation } from './decoder/sandbox.ts';
import { openScratch } from './decoder/scratch.ts';
import { Gate } from './gate.ts';
import { startHeartbeat } from './heartbeat.ts';
import { newWorkerId } from './identity.ts';
import { Marks } from './marks.ts';
import { ImageProcessor, isOutage, type Parts } from './process-image.ts';

/** Handlers beyond the pictures in flight, so that no child waits for another picture's files to become durable. */
const handlersAhead = 2;

/** Starts the consumer that develops pictures, with its decoder children, its heartbeat and its ear for commands. */
export async function startProcessing(
  services: Services,
  presets: Pick<Parts, 'findPreset'> = { findPreset },
): Promise<Running> {
  const { config, log, broker, storage, topics } = services;
  const { group, topics: read } = consumerGroups(config).process;
  const worker = newWorkerId();
  const isolation = detectIsolation();
  if (!isolation.withoutNetwork) log.warn('decoder children keep their network: this system has no usable unshare');

  await using opening = new AsyncDisposableStack();
  const scratch = opening.use(await openScratch(config.DATA_DIR, worker));
  const pool = new Pool({
    scratch,
    isolation,
    log,
    concurrency: config.WORKER_CONCURRENCY,
    memoryBytes: config.WORKER_MEMORY_BYTES,
    timeoutMs: config.TASK_TIMEOUT_MS,
    maxPixels: config.IMAGE_MAX_PIXELS,
    maxFrames: config.IMAGE_MAX_FRAMES,
  });
  opening.defer(() => pool.close());
  const control = followControl(broker, topics.workerControl, log);
  opening.defer(() => control.stop());

  const processor = new ImageProcessor({
    services,
    pool,
    marks: new Marks(storage),
    gate: new Gate(),
    control,
    worker,
    ...presets,
    maxAttempts: config.TASK_MAX_ATTEMPTS,
    retryDelayMs: 200,
  });
  let state: WorkerStatus['state'] | null = null;
  const consumer = startConsumer<ProcessingTask>({
    ...byKey,
    broker,
    log,
    name: consumerName(group),
    group,
    topics: read,
    concurrency: config.WORKER_CONCURRENCY + handlersAhead,
    unpack: (message) => fromMessage(ProcessingTask, message),
    async handle(deliveries, { signal }) {
      for (const { value } of deliveries) await processor.process(value, { signal });
    },
    retry: { attempts: 1, minDelayMs: 0, maxDelayMs: 0 },
    onFailure: 'dead-letter',
    isOutage,
    async recovered() {
      await storage.probe();
      await scratch.probe();
      await pool.check();
    },
    onPaused: () => heartbeat.beat(),
  });
  const heartbeat = startHeartbeat({
    broker,
    topic: topics.workerStatus,
    log,
    worker,
    report: () => ({
      state: state ?? (consumer.paused ? 'paused' : 'running'),
      paused: consumer.paused,
      concurrency: config.WORKER_CONCURRENCY,
      in_hand: processor.inHand(),
      memory_bytes: process.memoryUsage.rss() + pool.residentBytes(),
    }),
  });
  const opened = opening.move();
  return {
    ended: consumer.ended,
    health: () => consumer.health(),
    held: () => consumer.held(),
    async stop(options) {
      state = 'stopping';
      heartbeat.beat();
      await consumer.stop(options);
      state = 'stopped';
      await heartbeat.stop();
      await opened.disposeAsync();
    },
  };
}
