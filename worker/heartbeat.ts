import { v7 as uuid } from 'uuid';
import type { MessageBroker } from '#core/broker/broker.ts';
import { toMessage } from '#core/broker/messages.ts';
import { heartbeatMs, type WorkerStatus } from '#core/domain/events.ts';
import type { Log } from '#core/telemetry/log.ts';

export type Report = Pick<WorkerStatus, 'state' | 'paused' | 'concurrency' | 'in_hand' | 'memory_bytes'>;

export interface Heartbeat {
  /** Says at once how it is: something changed. */
  beat(): void;
  /** Says a last time how it is. */
  stop(): Promise<void>;
}

/** Says every few seconds that the worker lives, and how it is. What cannot be said is not kept: the next one is news. */
export function startHeartbeat(options: {
  broker: MessageBroker;
  topic: string;
  log: Log;
  worker: string;
  report: () => Report;
}): Heartbeat {
  const { broker, topic, log, worker, report } = options;
  const started_at = new Date().toISOString();
  let publishing: Promise<void> | null = null;
  let again = false;

  const publish = async () => {
    const about = { id: uuid(), type: 'worker.status', version: 1, user_id: 'system', worker, started_at } as const;
    const status: WorkerStatus = { ...about, timestamp: new Date().toISOString(), ...report() };
    await broker.publish(topic, [toMessage(worker, status)]).catch((error: unknown) => {
      log.debug({ err: error }, 'a heartbeat was not heard');
    });
  };
  const publishAll = async () => {
    do {
      again = false;
      await publish();
    } while (again);
    publishing = null;
  };
  const beat = () => {
    again = publishing !== null;
    publishing ??= publishAll();
  };

  const beating = setInterval(beat, heartbeatMs);
  beat();
  return {
    beat,
    async stop() {
      clearInterval(beating);
      beat();
      await publishing;
    },
  };
}
