import { v7 as uuid } from 'uuid';
import type { MessageBroker } from '#core/broker/broker.ts';
import { toMessage } from '#core/broker/messages.ts';
import type { ProcessingTask, TaskUpdate } from '#core/domain/events.ts';

export type Changes = TaskUpdate['changes'];

/** Progress is gathered so long, so that a picture costs few durable appends: most are done with three. */
const gatherMs = 50;

/**
 * What a worker says of one task, published in the order it was said. Progress is gathered for a moment, and gives way to
 * the end, which names everything. What is said while an append is under way goes with the next one.
 */
export class Updates {
  readonly #broker: MessageBroker;
  readonly #topic: string;
  readonly #task: ProcessingTask;
  readonly #worker: string;
  #pending: TaskUpdate[] = [];
  #publishing: Promise<void> | null = null;
  #progress: { attempt: number; changes: Changes } | null = null;
  #gathering: NodeJS.Timeout | undefined;

  constructor(broker: MessageBroker, topic: string, task: ProcessingTask, worker: string) {
    this.#broker = broker;
    this.#topic = topic;
    this.#task = task;
    this.#worker = worker;
  }

  started(attempt: number): void {
    const now = new Date().toISOString();
    this.#say('task.started', attempt, { status: 'running', started_at: now }, now);
  }

  progressed(attempt: number, changes: Changes): void {
    const known = this.#progress?.changes.derivatives ?? [];
    const derivatives = [...known, ...(changes.derivatives ?? [])];
    const all = { ...this.#progress?.changes, ...changes, ...(derivatives.length > 0 && { derivatives }) };
    this.#progress = { attempt, changes: all };
    this.#gathering ??= setTimeout(() => this.#sayProgress(), gatherMs);
  }

  retrying(attempt: number, error: { code: string; detail: string }): void {
    this.#sayProgress();
    this.#say('task.retrying', attempt, { status: 'retrying', error });
  }

  done(attempt: number, changes: Changes): void {
    this.#forgetProgress();
    const now = new Date().toISOString();
    this.#say('task.done', attempt, { ...changes, status: 'done', finished_at: now }, now);
  }

  failed(attempt: number, error: { code: string; detail: string }): void {
    this.#sayProgress();
    const now = new Date().toISOString();
    this.#say('task.failed', attempt, { status: 'failed', error, finished_at: now }, now);
  }

  /** Resolves once all that was said is durable, but for progress that was not yet. Rejects if it could not be published. */
  async settled(): Promise<void> {
    this.#forgetProgress();
    await this.#publishing;
  }

  #sayProgress(): void {
    const progress = this.#forgetProgress();
    if (progress) this.#say('task.progressed', progress.attempt, progress.changes);
  }

  #forgetProgress(): { attempt: number; changes: Changes } | null {
    clearTimeout(this.#gathering);
    const progress = this.#progress;
    this.#gathering = undefined;
    this.#progress = null;
    return progress;
  }

  #say(type: TaskUpdate['type'], attempt: number, changes: Changes, timestamp = new Date().toISOString()): void {
    const { user_id, task_id, image_id, batch, run } = this.#task;
    const about = { user_id, task_id, image_id, batch, run };
    this.#pending.push({ id: uuid(), type, timestamp, version: 1, ...about, attempt, worker: this.#worker, changes });
    this.#publishing ??= this.#publish();
    this.#publishing.catch(() => undefined);
  }

  async #publish(): Promise<void> {
    while (this.#pending.length > 0) {
      const updates = this.#pending.splice(0);
      await this.#broker.publish(
        this.#topic,
        updates.map((update) => toMessage(update.user_id, update)),
      );
    }
    this.#publishing = null;
  }
}
