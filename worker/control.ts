import type { MessageBroker, Received } from '#core/broker/broker.ts';
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
  /** Rejects if the commands can no longer be followed. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Follows the commands to workers, from the oldest that is still there. */
export async function followControl(broker: MessageBroker, topic: string, log: Log): Promise<Control> {
  const cancelled = new Set<string>();
  const inHand = new Map<string, AbortController>();
  const stopping = new AbortController();
  const first = Object.fromEntries((await broker.offsets(topic)).map((at) => [at.partition, at.first]));
  const tail = broker.tail({ topics: [topic], from: { [topic]: first }, maxBatch: 100, signal: stopping.signal });

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
  const follow = async () => {
    for await (const messages of tail) messages.forEach(obey);
  };
  const ended = follow();
  ended.catch(() => undefined);

  return {
    ended,
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
    async stop() {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
}

function nameOf({ task_id, run }: Run): string {
  return `${task_id}-${run}`;
}

function cancelledError(): DarkroomError {
  return new DarkroomError('cancelled', 'The task was cancelled.');
}
