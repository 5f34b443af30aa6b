import { v7 as uuid } from 'uuid';
import type { MessageBroker } from '#core/broker/broker.ts';
import { toMessage } from '#core/broker/messages.ts';
import type { ProcessingTask, TaskUpdate } from '#core/domain/events.ts';

export type Changes = TaskUpdate['changes'];

/**
 * What a worker says of one task, published in the order it was said. What is said while an append is under way goes with
 * the next one: progress merges, and progress that was not yet published gives way to the end, which names everything.
 */
export class Updates {
  readonly #broker: MessageBroker;
  readonly #topic: string;
  readonly #task: ProcessingTask;
  readonly #worker: string;
  #pending: TaskUpdate[] = [];
  #publishing: Promise<void> | null = null;

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
    const last = this.#pending.at(-1);
    if (last?.type !== 'task.progressed') return this.#say('task.progressed', attempt, changes);
    const derivatives = [...(last.changes.derivatives ?? []), ...(changes.derivatives ?? [])];
    last.changes = { ...last.changes, ...changes, ...(derivatives.length > 0 && { derivatives }) };
  }

  retrying(attempt: number, error: { code: string; detail: string }): void {
    this.#say('task.retrying', attempt, { status: 'retrying', error });
  }

  done(attempt: number, changes: Changes): void {
    this.#pending = this.#pending.filter(({ type }) => type !== 'task.progressed');
    const now = new Date().toISOString();
    this.#say('task.done', attempt, { ...changes, status: 'done', finished_at: now }, now);
  }

  failed(attempt: number, error: { code: string; detail: string }): void {
    const now = new Date().toISOString();
    this.#say('task.failed', attempt, { status: 'failed', error, finished_at: now }, now);
  }

  /** Resolves once all that was said is durable. Rejects if some of it could not be published. */
  async settled(): Promise<void> {
    await this.#publishing;
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
