import type { Selectable } from 'kysely';
import { fromMessage } from '#core/broker/messages.ts';
import { topicsOf } from '#core/broker/topics.ts';
import type { Config } from '#core/config.ts';
import { redrivesHeader, withoutVerdict } from '#core/consumer/dead-letter.ts';
import { deadLetterSources } from '#core/consumer/groups.ts';
import type { DeadLetterStatus } from '#core/domain/api.ts';
import { ProcessingTask } from '#core/domain/events.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Writer } from './database.ts';
import { closeDeadLetter, readDeadLetter } from './dead-letters.ts';
import { addToOutbox, type OutboxEntry } from './outbox.ts';
import type { DeadLetterRow, TaskRow } from './schema.ts';
import { findTask, startNextRun } from './tasks.ts';

/** A message that died so often after a redrive is not redriven again. */
export const mostRedrives = 3;

/** A person's request about a dead letter. */
interface Request {
  id: string;
  by: string;
  at: string;
}

/**
 * Sends a dead letter back to where it was read, with its key, its bytes and its headers, and one that counts redrives.
 * Work of a task that failed starts the task's next run, since a run that has ended takes no more updates: then the
 * message has that run's number and is otherwise the same. Throws `conflict` where somebody else has acted on it, or
 * where its task goes on without it; `redrive_limit` for a message that keeps dying.
 */
export async function redriveDeadLetter(trx: Writer, config: Config, request: Request): Promise<void> {
  const topics = topicsOf(config);
  const letter = await openDeadLetter(trx, request.id);
  if (![...deadLetterSources(config).values()].includes(letter.topic)) {
    throw new DarkroomError('conflict', `Nobody reads the topic ${letter.topic} any more: there is no way back to it.`);
  }
  if (letter.redrives >= mostRedrives) {
    throw new DarkroomError(
      'redrive_limit',
      `This message has died again after each of ${letter.redrives} redrives. Mend the cause and send it anew, or discard it.`,
    );
  }
  await close(trx, request, 'redriven');
  const task = letter.topic === topics.processing ? await taskOf(trx, letter) : undefined;
  if (!task) return addToOutbox(trx, [redriven(letter, letter.value)]);
  if (task.status !== 'failed') {
    throw new DarkroomError('conflict', `The task of this message is ${task.status}, not failed: it needs no redrive.`);
  }
  await startNextRun(trx, topics, task, request.at, ({ run }) => redriven(letter, withRun(letter, run)));
}

/** Says that nothing more is to be done about a dead letter. Throws `conflict` where somebody else has acted on it. */
export async function discardDeadLetter(trx: Writer, request: Request): Promise<void> {
  await openDeadLetter(trx, request.id);
  await close(trx, request, 'discarded');
}

async function openDeadLetter(trx: Writer, id: string): Promise<Selectable<DeadLetterRow>> {
  const letter = await readDeadLetter(trx, id);
  if (letter.status === 'open') return letter;
  throw new DarkroomError(
    'conflict',
    `This dead letter was ${letter.status} by ${letter.acted_by ?? 'somebody'} at ${letter.acted_at ?? 'some time'}.`,
  );
}

async function close(trx: Writer, request: Request, status: Exclude<DeadLetterStatus, 'open'>): Promise<void> {
  if (await closeDeadLetter(trx, { ...request, status })) return;
  throw new DarkroomError('conflict', 'Somebody else has just acted on this dead letter.');
}

/** The task whose work this is; undefined where the work cannot be read, or is not of the task's owner. */
async function taskOf(trx: Writer, letter: Selectable<DeadLetterRow>): Promise<TaskRow | undefined> {
  const work = readWork(letter);
  if (!work) return undefined;
  const task = await findTask(trx, work.task_id);
  return task?.user_id === work.user_id ? task : undefined;
}

function readWork(letter: Selectable<DeadLetterRow>): ProcessingTask | null {
  try {
    return fromMessage(ProcessingTask, letter);
  } catch {
    return null;
  }
}

/** The value as it is but for the run; fields that this program does not know stay. */
function withRun({ value }: Selectable<DeadLetterRow>, run: number): Uint8Array {
  const event = JSON.parse(Buffer.from(value ?? []).toString()) as object;
  return Buffer.from(JSON.stringify({ ...event, run }));
}

function redriven({ topic, key, headers, redrives }: Selectable<DeadLetterRow>, event: Uint8Array | null): OutboxEntry {
  const original = withoutVerdict(JSON.parse(headers) as Record<string, string>);
  return { topic, key, event, headers: { ...original, [redrivesHeader]: String(redrives + 1) } };
}
