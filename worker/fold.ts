import { deadLetterTopic, type Topics } from '#core/broker/topics.ts';
import type { Delivery } from '#core/consumer/consumer.ts';
import { toDeadLetter } from '#core/consumer/dead-letter.ts';
import type { OutboxEntry } from '#core/database/outbox.ts';
import type { TaskRow } from '#core/database/schema.ts';
import { Tally } from '#core/database/tally.ts';
import { CountChanges } from '#core/database/task-counts.ts';
import { eventEntry } from '#core/database/task-messages.ts';
import { columnsOf, stateOf } from '#core/database/task-row.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { applyUpdate, isTerminal, type TaskState } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';

const endings = { done: 'task.completed', failed: 'task.failed', cancelled: 'task.cancelled' } as const;

/** What a batch of updates comes to: pure, from the tasks as they are stored to all that has to be written. */
export class Fold {
  /** The updates that changed their task. */
  readonly story: TaskUpdate[] = [];
  readonly counts = new CountChanges();
  readonly tally = new Tally();
  readonly messages: OutboxEntry[] = [];
  readonly #topics: Topics;
  readonly #group: string;
  readonly #tasks: Map<string, TaskRow>;
  readonly #changed = new Map<string, TaskRow>();

  constructor(topics: Topics, group: string, tasks: Map<string, TaskRow>) {
    this.#topics = topics;
    this.#group = group;
    this.#tasks = tasks;
  }

  /** Updates of a task that is no more change nothing; what nobody may say of a task goes to the dead letters. */
  add({ value: update, message }: Delivery<TaskUpdate>): void {
    const task = this.#tasks.get(update.task_id);
    if (!task) return;
    const wrong = wrongIn(update, task);
    if (wrong) {
      const verdict = { reason: 'processing_failed', error: wrong, attempts: 1 } as const;
      const { key, value, headers } = toDeadLetter(message, verdict, this.#group);
      this.messages.push({ topic: deadLetterTopic(message.topic), key, event: value, headers });
      return;
    }
    const counted = this.#countAsking(task, update);
    const before = stateOf(counted);
    const after = applyUpdate(before, update);
    if (after !== before) this.#change(counted, before, after, update);
  }

  /** The tasks as they have to be written. */
  changed(): TaskRow[] {
    return [...this.#changed.values()];
  }

  /** The row of a run that was asked for is written by who asked; here it is counted, once however often it is said. */
  #countAsking(task: TaskRow, update: TaskUpdate): TaskRow {
    if (update.type !== 'task.queued' || update.run <= task.counted_run) return task;
    if (task.counted_run === 0) {
      this.tally.count(task.created_at, 'created', 1, [`format:${task.format}`]);
      this.tally.count(task.created_at, 'bytes_in', task.bytes);
    }
    return this.#put({ ...task, counted_run: update.run });
  }

  #change(task: TaskRow, before: TaskState, after: TaskState, update: TaskUpdate): void {
    const queued_at = after.run === before.run ? task.queued_at : update.timestamp;
    const changed = this.#put({ ...task, ...columnsOf(after), queued_at });
    this.story.push(update);
    if (after.status !== before.status) {
      this.counts.add(task.user_id, before.status, -1);
      this.counts.add(task.user_id, after.status, 1);
    }
    const restarted = after.run !== before.run;
    if (after.started_at !== null && (before.started_at === null || restarted)) {
      this.tally.measure(after.started_at, 'wait', msBetween(queued_at, after.started_at));
    }
    if (restarted || after.status !== before.status || after.status_at !== before.status_at) {
      this.#countStatus(changed, after, update.timestamp);
    }
  }

  #countStatus(task: TaskRow, { status, error, started_at, finished_at, derivatives }: TaskState, at: string): void {
    const cause = error ? [`cause:${error.code}`] : [];
    if (status === 'running') this.tally.count(at, 'started');
    if (status === 'retrying') this.tally.count(at, 'retrying', 1, cause);
    if (status === 'failed') this.tally.count(at, 'failed', 1, cause);
    if (status === 'cancelled') this.tally.count(at, 'cancelled');
    if (status === 'done') {
      const bytes = derivatives.reduce((sum, derivative) => sum + derivative.bytes, 0);
      this.tally.count(at, 'done', 1, [`format:${task.format}`]);
      this.tally.count(at, 'bytes_out', bytes);
    }
    if (!isTerminal(status)) return;
    if (status !== 'cancelled' && started_at && finished_at)
      this.tally.measure(at, 'run', msBetween(started_at, finished_at));
    this.messages.push(eventEntry(this.#topics, task, endings[status as keyof typeof endings], at));
  }

  #put(task: TaskRow): TaskRow {
    this.#tasks.set(task.id, task);
    this.#changed.set(task.id, task);
    return task;
  }
}

/** Why an update is forged: the person is not the owner, or the run was never asked for (who asks for one has written it). */
function wrongIn({ user_id, run }: TaskUpdate, task: TaskRow): DarkroomError | null {
  if (task.user_id !== user_id)
    return new DarkroomError('forbidden', `The task ${task.id} is not of the person ${user_id}.`);
  if (run > task.run) return new DarkroomError('forbidden', `Nobody asked for run ${run} of the task ${task.id}.`);
  return null;
}

function msBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
