import type { Assignment, Batch, ConsumeOptions, MessageBroker, Received } from './broker.ts';
import { partitionKey } from './log/assign.ts';

/** A consumer for tests: reads in the background, remembers what it got, and lets a test wait for any of it. */
export class RecordingReader {
  readonly received: Received[] = [];
  /** What it holds now, by partition. */
  readonly held = new Map<string, Assignment>();
  readonly assignments: Assignment[] = [];
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(broker: MessageBroker, options: Partial<ConsumeOptions> & { topics: string[] }, onBatch?: OnBatch) {
    const { onAssigned, ...rest } = options;
    const batches = broker.consume({
      group: 'group',
      member: 'member',
      from: 'earliest',
      maxBatch: 10,
      signal: this.#stopping.signal,
      ...rest,
      onAssigned: async (assignment) => {
        this.#hold(assignment);
        await onAssigned?.(assignment);
      },
    });
    this.ended = this.#read(batches, onBatch);
    this.ended.catch(() => {});
  }

  get values(): string[] {
    return this.received.map(({ value }) => Buffer.from(value ?? []).toString());
  }

  /** Resolves once the condition holds; looked at whenever something happens to this reader. */
  until(condition: () => boolean): Promise<void> {
    return untilAll([this], condition);
  }

  /** Resolves when something next happens to this reader. */
  happening(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Ends by its signal, as a consumer that shuts down does. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #read(batches: AsyncIterable<Batch>, onBatch?: OnBatch): Promise<void> {
    for await (const batch of batches) {
      this.received.push(...batch.messages);
      await onBatch?.(batch);
      this.#tell();
    }
  }

  #hold(assignment: Assignment): void {
    const key = partitionKey(assignment.topic, assignment.partition);
    this.assignments.push(assignment);
    this.held.set(key, assignment);
    assignment.lost.addEventListener('abort', () => {
      if (this.held.get(key) === assignment) this.held.delete(key);
      this.#tell();
    });
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** Resolves once the condition holds; looked at whenever something happens to one of the readers. */
export async function untilAll(readers: RecordingReader[], condition: () => boolean): Promise<void> {
  while (!condition()) await Promise.race(readers.map((reader) => reader.happening()));
}

type OnBatch = (batch: Batch) => Promise<void> | void;

/** Commits past every batch. */
export async function commitAll({ assignment, messages }: Batch): Promise<void> {
  await assignment.commit((messages.at(-1)?.offset ?? 0) + 1);
}
