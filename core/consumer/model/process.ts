import type { Assignment, Received } from '#core/broker/broker.ts';
import { brokerOver } from '#core/broker/log/broker.ts';
import type { MemoryLog } from '#core/broker/memory-log.ts';
import { DarkroomError } from '#core/errors.ts';
import { openLog } from '#core/telemetry/log.ts';
import type { Clock } from '../clock.ts';
import { startConsumer, type Consumer } from '../consumer.ts';
import { MemberLog, type Call as LogCall } from '../testing/member-log.ts';
import { group, topic } from '../testing/rig.ts';
import { retry } from './ledger.ts';
import type { Mode } from './mode.ts';

/** A call of the handler that has not ended. */
export interface Call {
  process: Process;
  messages: Received[];
  assignment: Assignment;
  signal: AbortSignal;
  finish: () => void;
  fail: (error: unknown) => void;
}

export interface ProcessOptions {
  name: string;
  mode: Mode;
  log: MemoryLog;
  clock: Clock;
  random: () => number;
  concurrency: number;
  /** An error that a call meets on its way to the log and back, or null. */
  fault: (call: LogCall, way: 'there' | 'back') => Error | null;
  began: (call: Call) => void;
  startAt: (process: Process, partition: number) => Promise<number>;
  ended: (process: Process, error: unknown) => void;
}

const silent = openLog('model', 'silent');

/** One process with a consumer in it, which can be frozen and killed as a process can. */
export class Process {
  readonly name: string;
  readonly consumer: Consumer;
  readonly member: MemberLog;
  readonly open = new Set<Call>();
  state: 'up' | 'stopping' | 'dead' | 'ended' = 'up';
  concurrency: number;
  readonly #clock: Clock;
  #thaw: PromiseWithResolvers<void> | null = null;

  constructor(options: ProcessOptions) {
    const { mode, name, fault } = options;
    this.name = name;
    this.concurrency = options.concurrency;
    this.#clock = options.clock;
    this.member = new MemberLog(options.log, name, async (call, way) => {
      if (this.state === 'dead') await new Promise(() => {});
      while (this.#thaw) await this.#thaw.promise;
      if (this.state === 'dead') await new Promise(() => {});
      const error = fault(call, way);
      if (error) throw error;
    });
    this.consumer = startConsumer<unknown>({
      ...mode,
      broker: brokerOver(this.member),
      log: silent,
      name: `kafka_consumer.${group}`,
      group,
      topics: [topic],
      concurrency: options.concurrency,
      retry,
      handle: (deliveries, { assignment, signal }) =>
        new Promise((resolve, reject) => {
          const messages = deliveries.map(({ message }) => message);
          const end = (settle: () => void) => {
            this.open.delete(call);
            settle();
          };
          const call: Call = {
            process: this,
            messages,
            assignment,
            signal,
            finish: () => end(resolve),
            fail: (error) => end(() => reject(error)),
          };
          options.began(call);
          this.open.add(call);
        }),
      clock: { now: () => options.clock.now(), after: (ms, run) => this.#after(ms, run) },
      random: options.random,
      ...(mode.exactlyOnce && { startAt: (_, partition) => options.startAt(this, partition) }),
    });
    this.consumer.ended.then(
      () => options.ended(this, null),
      (error: unknown) => options.ended(this, error),
    );
  }

  get frozen(): boolean {
    return this.#thaw !== null;
  }

  /** True where it can do something now. */
  get runs(): boolean {
    return !this.frozen && (this.state === 'up' || this.state === 'stopping');
  }

  freeze(): void {
    this.#thaw ??= Promise.withResolvers();
  }

  thaw(): void {
    this.#thaw?.resolve();
    this.#thaw = null;
  }

  kill(): void {
    this.state = 'dead';
    this.open.clear();
  }

  /** Timers that come due while it is frozen run when it is thawed; those of a dead one, never. */
  #after(ms: number, run: () => void): () => void {
    let cancelled = false;
    const cancel = this.#clock.after(ms, () => void this.#whenThawed(() => !cancelled && run()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  async #whenThawed(run: () => void): Promise<void> {
    while (this.#thaw) await this.#thaw.promise;
    if (this.state !== 'dead') run();
  }
}

export const brokerGone = () => new DarkroomError('broker_unavailable', 'The broker does not answer.');
