import { randomUUID } from 'node:crypto';
import { DarkroomError } from '#core/errors.ts';
import type { Batch, ConsumeOptions } from '../broker.ts';
import { partitionKey } from './assign.ts';
import { Holding } from './holding.ts';
import type { Lease, LogReader, Member, MessageLog } from './message-log.ts';

/**
 * One member of a group. Membership goes on by itself while nobody reads; messages are fetched only when asked for, so an
 * unread consumer holds none.
 */
export class GroupReader {
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #options: ConsumeOptions;
  readonly #member: Member;
  readonly #holdings = new Map<string, Holding>();
  readonly #unannounced = new Set<Holding>();
  readonly #forgetGroup: () => void;
  readonly #leaving = new AbortController();
  #interruption = new AbortController();
  #syncing: Promise<void> | null = null;
  #syncAgain = false;
  #failure: { error: unknown } | null = null;
  #left: Promise<void> | null = null;

  constructor(log: MessageLog, options: ConsumeOptions) {
    this.#log = log;
    this.#reader = log.openReader();
    this.#options = options;
    this.#member = { id: randomUUID(), name: options.member, group: options.group, topics: options.topics };
    this.#forgetGroup = log.onGroupChange(options.group, () => void this.#sync());
    if (options.signal.aborted) void this.leave();
    else options.signal.addEventListener('abort', () => void this.leave(), { once: true });
  }

  /** Yields until the signal aborts or the log fails. */
  async *read(): AsyncGenerator<Batch, void> {
    try {
      await this.#sync();
      while (!this.#left) {
        if (this.#failure) throw this.#failure.error;
        await this.#announce();
        const batch = await this.#next();
        if (batch) yield batch;
      }
    } catch (error) {
      if (!this.#left) throw error;
    } finally {
      await this.leave();
    }
  }

  /** Gives everything back and leaves the group. Does not fail: a member that cannot say goodbye is missed in time. */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    this.#forgetGroup();
    for (const holding of this.#holdings.values()) holding.lose();
    this.#holdings.clear();
    this.#interrupt();
    this.#leaving.abort();
    await this.#syncing;
    await Promise.all([this.#log.leave(this.#member).catch(() => {}), this.#reader.close()]);
  }

  async #announce(): Promise<void> {
    for (const holding of this.#unannounced) {
      if (!holding.lost.aborted) await this.#options.onAssigned?.(holding);
      this.#unannounced.delete(holding);
    }
  }

  async #next(): Promise<Batch | null> {
    const readable = [...this.#holdings.values()].filter((each) => !each.paused && !this.#unannounced.has(each));
    const positions = readable.map(({ topic, partition, position }) => ({ topic, partition, offset: position }));
    const messages = await this.#reader.fetch(positions, this.#options.maxBatch, this.#interruption.signal);
    if (this.#interruption.signal.aborted) {
      this.#interruption = new AbortController();
      return null;
    }
    const last = messages.at(-1);
    const holding = last && this.#holdings.get(partitionKey(last.topic, last.partition));
    if (!last || !holding) return null;
    holding.position = last.offset + 1;
    this.#moveToTheEnd(holding);
    return { assignment: holding, messages };
  }

  /** The first position that has messages is served: whoever was served goes last, so that nobody starves. */
  #moveToTheEnd(holding: Holding): void {
    const key = partitionKey(holding.topic, holding.partition);
    this.#holdings.delete(key);
    this.#holdings.set(key, holding);
  }

  /** What a fetch under way was asked for no longer holds: it is dropped and asked anew. */
  #interrupt(): void {
    this.#interruption.abort();
  }

  /**
   * With the disk full nobody can take a partition either: what is held stays, and the next change or interval tries again.
   * A log that cannot be reached, or is gone for good, ends the reading.
   */
  #sync(): Promise<void> {
    this.#syncAgain = true;
    this.#syncing ??= this.#syncUntilSettled();
    return this.#syncing;
  }

  async #syncUntilSettled(): Promise<void> {
    try {
      while (this.#syncAgain && !this.#left) {
        this.#syncAgain = false;
        const { leases, surplus } = await this.#log.sync(this.#member, this.#leaving.signal);
        if (this.#left) return;
        const released = new Set(surplus.map((lease) => lease.epoch));
        this.#hold(leases.filter((lease) => !released.has(lease.epoch)));
        if (surplus.length > 0) await this.#log.release(this.#member, surplus);
      }
    } catch (error) {
      if (error instanceof DarkroomError && error.retryable && error.code !== 'broker_unavailable') return;
      this.#failure = { error };
      for (const holding of this.#holdings.values()) holding.lose();
      this.#interrupt();
    } finally {
      this.#syncing = null;
    }
  }

  #hold(leases: Lease[]): void {
    const epochs = new Set(leases.map((lease) => lease.epoch));
    for (const [key, holding] of this.#holdings) {
      if (epochs.delete(holding.lease.epoch)) continue;
      this.#holdings.delete(key);
      this.#unannounced.delete(holding);
      holding.lose();
      this.#interrupt();
    }
    for (const lease of leases.filter((each) => epochs.has(each.epoch))) {
      const holding = new Holding(this.#log, this.#member, lease, this.#startOf(lease), (refused) => {
        this.#interrupt();
        if (refused) void this.#sync();
      });
      this.#holdings.set(partitionKey(lease.topic, lease.partition), holding);
      this.#unannounced.add(holding);
      this.#interrupt();
    }
  }

  #startOf(lease: Lease): number {
    if (lease.committed) return Math.max(lease.committed.offset, lease.first);
    return this.#options.from === 'earliest' ? lease.first : lease.next;
  }
}
