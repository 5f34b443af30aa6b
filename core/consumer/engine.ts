import type { Received } from '#core/broker/broker.ts';
import { DarkroomError } from '#core/errors.ts';
import { Closing } from './closing.ts';
import { Commits } from './commits.ts';
import type { Consumer, Held, Pause, Settings } from './consumer.ts';
import { healthOf, type Health } from './health.ts';
import { Lanes, type Lane } from './lanes.ts';
import { Outage } from './outage.ts';
import { newStats, type Stats } from './stats.ts';
import { Subscription } from './subscription.ts';
import type { Entry, Tenure } from './tenure.ts';
import { brokerFailure, takeTurn, type Outcome } from './turn.ts';

/** Progress is committed so soon: what comes meanwhile shares the commit. */
const commitDelayMs = 25;
const intervalMs = 5_000;
/** How long what runs may take when the consumer ends by a failure. */
const failureDeadlineMs = 10_000;

/**
 * One engine for every ordering. What is read goes into lanes; a turn takes the first entries of a lane as far as they go;
 * at most `concurrency` turns run at once, each in a lane of its own. A partition is held in a Tenure, and what was begun
 * in one is worth nothing after its end. An error that is nobody's fault starts no further turn until it is over.
 */
export class Engine<T> implements Consumer {
  readonly #settings: Settings<T>;
  readonly #stats = newStats();
  readonly #lanes = new Lanes<Entry>();
  /** Lanes between two attempts, with what calls the next one off. */
  readonly #waiting = new Map<Lane<Entry>, () => void>();
  readonly #outage: Outage;
  readonly #subscription: Subscription<T>;
  readonly #commits: Commits;
  readonly #closing: Closing;
  #manual: Pause | null = null;
  #told: Pause | null = null;
  #concurrency: number;
  #running = 0;
  #busySince = 0;
  #onIdle: () => void = () => {};

  constructor(settings: Settings<T>) {
    this.#settings = settings;
    this.#concurrency = settings.concurrency;
    this.#outage = new Outage(settings, () => this.#pauseChanged());
    this.#subscription = new Subscription(settings, this.#outage, this.#stats, {
      held: (tenure) => this.#commits.soon(tenure),
      read: (tenure, messages) => this.#admit(tenure, messages),
      ended: (tenure) => this.#drop(tenure),
      failed: (error) => this.#fail(error),
    });
    this.#commits = new Commits({
      clock: settings.clock,
      delayMs: settings.commit === 'interval' ? intervalMs : commitDelayMs,
      tenures: () => this.#subscription.tenures.values(),
      succeeded: () => this.#outage.succeeded(),
      failed: (error, tenure) => this.#settle(brokerFailure(error, tenure, this.#outage), tenure),
    });
    this.#closing = new Closing(settings.clock, {
      release: () => this.#release(),
      idle: () => this.#idle(),
      abort: () => this.#subscription.tenures.forEach((tenure) => tenure.abort()),
      commit: () => this.#commits.last(),
      leave: () => this.#subscription.leave(),
    });
    this.#subscription.start();
  }

  get ended(): Promise<void> {
    return this.#closing.ended;
  }

  get paused(): Pause | null {
    return this.#outage.pause ?? this.#manual;
  }

  pause(reason: { code: string; detail: string }): void {
    this.#manual = { ...reason, since: new Date(this.#settings.clock.now()).toISOString() };
    this.#pauseChanged();
  }

  resume(): void {
    this.#manual = null;
    this.#pauseChanged();
  }

  setConcurrency(concurrency: number): void {
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new DarkroomError('invalid_config', 'The concurrency of a consumer is a whole number above 0.');
    }
    this.#concurrency = concurrency;
    this.#start();
  }

  health(): Health {
    return healthOf({
      ended: this.#closing.begun,
      outage: this.#outage.pause,
      paused: this.paused,
      assignments: this.#subscription.tenures.size,
      inFlight: this.#running,
      idleMs: this.#settings.clock.now() - Math.max(this.#stats.lastProgressAt ?? 0, this.#busySince),
    });
  }

  held(): Held[] {
    return [...this.#subscription.tenures.values()].map(({ assignment: { topic, partition }, watermark }) => {
      const finishedAhead = watermark.finishedBeyond().reduce((sum, { start, end }) => sum + end - start, 0);
      return { topic, partition, finishedAhead };
    });
  }

  stats(): Readonly<Stats> {
    return { ...this.#stats };
  }

  stop({ deadlineMs }: { deadlineMs: number }): Promise<void> {
    return this.#closing.begin(deadlineMs, null);
  }

  #admit(tenure: Tenure, messages: Received[]): void {
    if (this.#closing.begun) return;
    for (const message of messages) {
      const entry = tenure.admit(message);
      if (entry) this.#lanes.push(this.#laneOf(message), entry);
    }
    tenure.applyBackpressure();
    this.#commits.soon(tenure);
    this.#start();
  }

  #laneOf({ topic, partition, key, offset }: Received): string {
    const { lane } = this.#settings;
    if (lane === 'partition') return `${topic}/${partition}`;
    return lane === 'key' && key !== null ? `${topic}/${partition}/k${key}` : `${topic}/${partition}/#${offset}`;
  }

  /** Starts turns as long as there is room and a lane that is ready. */
  #start(): void {
    while (this.#running < this.#concurrency && !this.paused && !this.#closing.begun) {
      const lane = this.#lanes.take();
      const first = lane?.queue[0];
      if (!lane || !first) return;
      if (this.#running === 0) this.#busySince = this.#settings.clock.now();
      this.#running += 1;
      this.#turn(lane, first).catch((error: unknown) => this.#fail(error));
    }
  }

  async #turn(lane: Lane<Entry>, { tenure }: Entry): Promise<void> {
    const entries = lane.queue.slice(0, this.#settings.batchSize);
    const outcome = await takeTurn(entries, this.#settings, this.#outage, this.#stats);
    this.#running -= 1;
    // What an outage kept from being committed stays, and is committed before the lane goes on.
    if (outcome.kind !== 'outage') while (lane.queue[0]?.mark.finished) lane.queue.shift();
    this.#settle(outcome, tenure);
    if (outcome.kind === 'again' && lane.queue.length > 0) this.#wakeLater(lane, outcome.delayMs);
    else this.#lanes.release(lane);
    tenure.applyBackpressure();
    this.#commits.soon(tenure);
    if (this.#running === 0) this.#onIdle();
    this.#start();
  }

  #settle(outcome: Outcome, tenure: Tenure): void {
    if (outcome.kind === 'finished') {
      this.#stats.lastProgressAt = this.#settings.clock.now();
      this.#outage.succeeded();
    }
    if (outcome.kind === 'outage') {
      if (!this.#outage.pause) this.#settings.log.warn({ err: outcome.error, consumer: this.#settings.name }, 'outage');
      this.#outage.begin(outcome.error);
    }
    if (outcome.kind === 'failed') this.#fail(outcome.error);
    if (outcome.kind === 'misplaced') {
      const { topic, partition } = tenure.assignment;
      this.#settings.log.warn({ consumer: this.#settings.name, topic, partition }, 'somebody else went on here');
      this.#subscription.renew(tenure);
    }
    if (outcome.kind === 'given-up' && tenure.ended) this.#subscription.end(tenure);
  }

  #wakeLater(lane: Lane<Entry>, delayMs: number): void {
    if (this.#closing.begun) return;
    this.#waiting.set(
      lane,
      this.#settings.clock.after(delayMs, () => this.#wake(lane)),
    );
  }

  #wake(lane: Lane<Entry>): void {
    this.#waiting.delete(lane);
    this.#lanes.release(lane);
    this.#start();
  }

  #drop(tenure: Tenure): void {
    this.#lanes.drop((entry) => entry.tenure === tenure);
    for (const [lane, cancel] of this.#waiting) {
      if (lane.queue.length > 0) continue;
      cancel();
      this.#wake(lane);
    }
  }

  #pauseChanged(): void {
    const { paused } = this;
    if (paused !== this.#told) {
      this.#told = paused;
      const { log, name, onPaused } = this.#settings;
      log.info({ consumer: name, pause: paused }, paused ? 'paused' : 'resumed');
      try {
        onPaused(paused);
      } catch (error) {
        log.error({ err: error, consumer: name }, 'onPaused failed');
      }
    }
    for (const tenure of this.#subscription.tenures.values()) this.#commits.soon(tenure);
    this.#start();
  }

  #fail(error: unknown): void {
    if (this.#closing.begun) return;
    this.#settings.log.error({ err: error, consumer: this.#settings.name }, 'consumer failed');
    void this.#closing.begin(failureDeadlineMs, { error });
  }

  #release(): void {
    this.#subscription.halt();
    this.#outage.stop();
    this.#lanes.drop(() => true);
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#onIdle = resolve));
  }
}
