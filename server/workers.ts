import { follow, type Following } from '#core/broker/follow.ts';
import { fromMessage } from '#core/broker/messages.ts';
import type { Received } from '#core/broker/broker.ts';
import type { Worker } from '#core/domain/api.ts';
import { heartbeatMs, WorkerStatus } from '#core/domain/events.ts';
import type { Services } from '#core/services.ts';

/** What each worker last said of itself. */
export interface Workers extends Following {
  /** By id; those long silent are forgotten. */
  list(): Worker[];
}

const downAfterMs = 3 * heartbeatMs;
const forgottenAfterMs = 10 * 60_000;
/** Enough of the past to know every worker at once after a start. */
const lookBack = 200;

/** Follows `worker-status`. */
export function followWorkers({ broker, topics, log }: Services, now: () => number = Date.now): Workers {
  const topic = topics.workerStatus;
  const heard = new Map<string, { status: WorkerStatus; at: number }>();

  const hear = (message: Received) => {
    try {
      const status = fromMessage(WorkerStatus, message);
      heard.set(status.worker, { status, at: message.timestamp });
    } catch (error) {
      log.warn({ err: error, topic, offset: message.offset }, 'a worker said something that cannot be read');
    }
  };

  const following = follow({
    broker,
    log,
    topic,
    from: async () => {
      const offsets = await broker.offsets(topic);
      return Object.fromEntries(
        offsets.map(({ partition, first, next }) => [partition, Math.max(first, next - lookBack)]),
      );
    },
    onBegin: () => {},
    onMessages: (messages) => messages.forEach(hear),
  });

  return {
    ...following,
    list() {
      for (const [id, { at }] of heard) if (now() - at > forgottenAfterMs) heard.delete(id);
      return [...heard.values()]
        .map(({ status, at }) => ({ ...status, up: status.state !== 'stopped' && now() - at <= downAfterMs }))
        .toSorted((a, b) => (a.worker < b.worker ? -1 : 1));
    },
  };
}
