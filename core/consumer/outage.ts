import type { MessageBroker } from '#core/broker/broker.ts';
import { toDarkroomError } from '#core/errors.ts';
import type { Clock } from './clock.ts';
import type { Pause } from './consumer.ts';
import { retryDelay } from './retry.ts';

const outageCodes = new Set(['storage_full', 'storage_unavailable', 'database_unavailable', 'broker_unavailable']);

/** True for what is nobody's fault and may pass: no room, or one of the services cannot be reached. */
export function isServiceOutage(error: unknown): boolean {
  return outageCodes.has(toDarkroomError(error).code);
}

/** How often it is asked whether an outage is over. */
const asking = { minDelayMs: 100, maxDelayMs: 2_000 };

export interface OutageOptions {
  clock: Clock;
  random: () => number;
  broker: Pick<MessageBroker, 'ping'>;
  isOutage: (error: unknown) => boolean;
  /** Resolves when what the handlers need is there again. */
  recovered: () => Promise<void>;
}

/**
 * The state between an error that is nobody's fault and the answer that all is well. However many fail, it is one outage.
 * The waits between the questions go on growing until something succeeds, so that an answer that is wrong does no harm.
 */
export class Outage {
  readonly #options: OutageOptions;
  readonly #onChange: () => void;
  #pause: Pause | null = null;
  #asked = 0;
  #over = Promise.withResolvers<void>();
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(options: OutageOptions, onChange: () => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  get pause(): Pause | null {
    return this.#pause;
  }

  /** Of the handler's errors those it was told of; the broker's own always count. */
  isOutage(error: unknown): boolean {
    return isServiceOutage(error) || this.#options.isOutage(error);
  }

  begin(error: unknown): void {
    if (this.#pause || this.#stopped) return;
    const { code, message } = toDarkroomError(error);
    this.#pause = { code, detail: message, since: new Date(this.#options.clock.now()).toISOString() };
    this.#over = Promise.withResolvers();
    this.#askLater();
    this.#onChange();
  }

  /** Resolves to true once there is no outage, to false once the consumer stops. */
  async over(): Promise<boolean> {
    while (this.#pause && !this.#stopped) await this.#over.promise;
    return !this.#stopped;
  }

  /** Something succeeded. */
  succeeded(): void {
    if (!this.#pause) this.#asked = 0;
  }

  /** Asks no more, and lets go of whoever waits. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#over.resolve();
  }

  #askLater(): void {
    this.#asked += 1;
    const { clock, random } = this.#options;
    this.#cancel = clock.after(retryDelay(asking, this.#asked, random), () => void this.#ask());
  }

  async #ask(): Promise<void> {
    try {
      await this.#options.broker.ping();
      await this.#options.recovered();
    } catch {
      if (!this.#stopped) this.#askLater();
      return;
    }
    if (this.#stopped) return;
    this.#pause = null;
    this.#over.resolve();
    this.#onChange();
  }
}
