import type { MessageBroker, Received } from '#core/broker/broker.ts';
import { follow } from '#core/broker/follow.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { WorkerCommand } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { Run } from './marks.ts';

const remembered = 10_000;

/** A cancel ends the work on a run, whether it is in hand or comes later. */
export interface Control {
  /** Aborts with `cancelled` when the run is cancelled, at once if it already was. */
  hold(run: Run): { signal: AbortSignal; release(): void };
  stop(): Promise<void>;
}

/** Follows the commands to workers, from the oldest that is still there. While the broker is away work goes on without. */
export function followControl(broker: MessageBroker, topic: string, log: Log): Control {
  const cancelled = new Set<string>();
  const inHand = new Map<string, AbortController>();

  const obey = (message: Received) => {
    try {
      const run = nameOf(fromMessage(WorkerCommand, message));
      cancelled.add(run);
      const [oldest] = cancelled;
      if (oldest !== undefined && cancelled.size > remembered) cancelled.delete(oldest);
      inHand.get(run)?.abort(cancelledError());
    } catch (error) {
      log.warn({ err: error, offset: message.offset }, 'a command to workers cannot be read');
    }
  };
  const following = follow({
    broker,
    log,
    topic,
    from: async () =>
      Object.fromEntries((await broker.offsets(topic)).map(({ partition, first }) => [partition, first])),
    onBegin: () => {},
    onMessages: (messages) => messages.forEach(obey),
  });

  return {
    hold(run) {
      const name = nameOf(run);
      const controller = new AbortController();
      if (cancelled.has(name)) controller.abort(cancelledError());
      inHand.set(name, controller);
      return {
        signal: controller.signal,
        release: () => void (inHand.get(name) === controller && inHand.delete(name)),
      };
    },
    stop: () => following.stop(),
  };
}

function nameOf({ task_id, run }: Run): string {
  return `${task_id}-${run}`;
}

function cancelledError(): DarkroomError {
  return new DarkroomError('cancelled', 'The task was cancelled.');
}
