import type { ConsumerName } from '#core/consumer/groups.ts';
import type { HealthState } from '#core/consumer/health.ts';
import type { Lag } from '#core/consumer/lag.ts';
import type { LagWatch } from '#core/consumer/lag-watch.ts';

type Watch = Pick<LagWatch, 'health' | 'lag' | 'stop'>;

/** A consumer, as the worker answers who asks. */
export interface ConsumerReport {
  ok: boolean;
  state: HealthState;
  reason: string | null;
  assignments: number;
  in_flight: number;
  lag: Lag | null;
}

export interface WorkerReport {
  ok: boolean;
  state: 'starting' | 'running' | 'stopping';
  consumers: Record<string, ConsumerReport>;
}

/** States that do not pass by themselves. */
const hopeless: ReadonlySet<HealthState> = new Set(['ended', 'stalled']);

/** How the consumers of this worker are. */
export class WorkerHealth {
  state: WorkerReport['state'] = 'starting';
  readonly #watches = new Map<ConsumerName, Watch>();

  add(name: ConsumerName, watch: Watch): void {
    this.#watches.set(name, watch);
  }

  /** The process lives, and nothing of it needs a restart. */
  alive(): WorkerReport {
    const consumers = this.#reports();
    return { ok: Object.values(consumers).every(({ state }) => !hopeless.has(state)), state: this.state, consumers };
  }

  /** It works: every consumer is started, and none needs somebody to look at it. */
  ready(): WorkerReport {
    const consumers = this.#reports();
    const ok = this.state === 'running' && Object.values(consumers).every((report) => report.ok);
    return { ok, state: this.state, consumers };
  }

  /** Looks no more. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.stop();
  }

  #reports(): Record<string, ConsumerReport> {
    return Object.fromEntries([...this.#watches].map(([name, watch]) => [name, reportOf(watch)]));
  }
}

function reportOf(watch: Watch): ConsumerReport {
  const { inFlight: in_flight, ...health } = watch.health();
  return { ...health, in_flight, lag: watch.lag };
}
