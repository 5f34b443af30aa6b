import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { MessageBroker } from '#core/broker/broker.ts';
import { openMemoryBroker } from '#core/broker/memory.ts';
import { toMessage } from '#core/broker/messages.ts';
import { topicSpecs, topicsOf } from '#core/broker/topics.ts';
import { readConfig } from '#core/config.ts';
import type { WorkerCommand } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import { openLog } from '#core/telemetry/log.ts';
import { followControl } from './control.ts';

const config = readConfig({});
const topic = topicsOf(config).workerControl;

async function openBroker(): Promise<MessageBroker> {
  const broker = openMemoryBroker();
  await broker.ensureTopics(topicSpecs(config));
  onTestFinished(() => broker.close());
  return broker;
}

function follow(broker: MessageBroker) {
  const control = followControl(broker, topic, openLog('test', 'silent'));
  onTestFinished(() => control.stop());
  return control;
}

async function cancel(broker: MessageBroker, task_id: string, run = 1): Promise<void> {
  const about = { id: randomUUID(), timestamp: new Date().toISOString(), version: 1, user_id: 'owner' } as const;
  const command: WorkerCommand = { ...about, type: 'worker.cancel', task_id, run };
  await broker.publish(topic, [toMessage('*', command)]);
}

test('a cancel ends the work on that run and on no other', async () => {
  const broker = await openBroker();
  const control = follow(broker);
  const task_id = randomUUID();
  const [first, second] = [control.hold({ task_id, run: 1 }), control.hold({ task_id, run: 2 })];
  await cancel(broker, task_id);
  await vi.waitFor(() => expect(first.signal.aborted).toBe(true));
  expect(second.signal.aborted).toBe(false);
});

test('a cancel that came while the broker could not be reached is obeyed once it can', async () => {
  const broker = await openBroker();
  const unreachable = new DarkroomError('broker_unavailable', 'The broker is away.');
  let isAway = true;
  const control = follow({
    ...broker,
    offsets: (name) => (isAway ? Promise.reject(unreachable) : broker.offsets(name)),
  });
  const task_id = randomUUID();
  await cancel(broker, task_id);
  expect(control.hold({ task_id, run: 1 }).signal.aborted).toBe(false);
  isAway = false;
  await vi.waitFor(() => expect(control.hold({ task_id, run: 1 }).signal.aborted).toBe(true));
});

test('commands are followed again after reading them broke off', async () => {
  const broker = await openBroker();
  let reading = new AbortController();
  const control = follow({
    ...broker,
    tail(options) {
      reading = new AbortController();
      return broker.tail({ ...options, signal: AbortSignal.any([options.signal, reading.signal]) });
    },
  });
  const isCancelled = (task_id: string) => control.hold({ task_id, run: 1 }).signal.aborted;
  const [earlier, later] = [randomUUID(), randomUUID()];
  await cancel(broker, earlier);
  await vi.waitFor(() => expect(isCancelled(earlier)).toBe(true));
  reading.abort();
  await cancel(broker, later);
  await vi.waitFor(() => expect(isCancelled(later)).toBe(true));
});
