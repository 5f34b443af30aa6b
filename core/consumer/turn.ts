import { DarkroomError } from '#core/errors.ts';
import type { Delivery, Settings } from './consumer.ts';
import { toDeadLetter } from './dead-letter.ts';
import type { Outage } from './outage.ts';
import { isRetryable, retryDelay } from './retry.ts';
import type { Stats } from './stats.ts';
import type { Entry, Tenure } from './tenure.ts';

/**
 * How a turn ended. `finished`: go on. `again`: the same entries once more after the delay. `outage`: the same entries once
 * there is none, with nothing charged. `misplaced`: the partition was folded further by somebody else. `given-up`: the
 * tenure is over, or time is up. `failed`: the consumer must stop.
 */
export type Outcome =
  | { kind: 'finished' | 'given-up' | 'misplaced' }
  | { kind: 'again'; delayMs: number }
  | { kind: 'outage' | 'failed'; error: unknown };

const finished: Outcome = { kind: 'finished' };
const givenUp: Outcome = { kind: 'given-up' };

/**
 * Takes the first entries of a lane as far as they go in one step: one that is given up goes to the dead letters, the
 * readable ones go to the handler together; then, with `each`, the commit. What a turn has achieved is noted in the
 * entries, so that a turn with the same entries goes on where the last one was stopped. Never rejects.
 */
export async function takeTurn<T>(
  entries: Entry[],
  settings: Settings<T>,
  outage: Pick<Outage, 'isOutage'>,
  stats: Stats,
): Promise<Outcome> {
  const [first] = entries;
  if (!first) return finished;
  const { tenure } = first;
  try {
    const { deliveries, readable } = read(entries, settings, stats);
    if (readable.length > 0) {
      const failure = await handle(readable, deliveries, settings, stats);
      if (failure) return failure;
    }
    if (first.verdict && !first.mark.finished) await bury(first, first.verdict, settings, stats);
    if (settings.commit === 'each') await tenure.commit();
    return finished;
  } catch (error) {
    return brokerFailure(error, tenure, outage);
  }
}

/** What an error of a commit or of a publish means. */
export function brokerFailure(error: unknown, tenure: Tenure, outage: Pick<Outage, 'isOutage'>): Outcome {
  if (error instanceof DarkroomError && error.code === 'assignment_lost') tenure.end();
  if (tenure.ended) return givenUp;
  return { kind: outage.isOutage(error) ? 'outage' : 'failed', error };
}

/** The entries from the first to before one that cannot be read; none where the first is that one, or is over with. */
function read<T>(entries: Entry[], { unpack }: Settings<T>, stats: Stats) {
  const deliveries: Delivery<T>[] = [];
  const readable: Entry[] = [];
  for (const entry of entries) {
    if (entry.verdict || entry.mark.finished) break;
    if (entry.alone && readable.length > 0) break;
    try {
      deliveries.push({ value: unpack(entry.message), message: entry.message });
    } catch (error) {
      stats.malformed += 1;
      entry.verdict = { reason: 'malformed', error, attempts: 0 };
      break;
    }
    readable.push(entry);
    if (entry.alone) break;
  }
  return { deliveries, readable };
}

/** Null where they are handled, or where the one that failed now has its verdict. */
async function handle<T>(
  entries: Entry[],
  deliveries: Delivery<T>[],
  settings: Settings<T>,
  stats: Stats,
): Promise<Outcome | null> {
  const [first] = entries;
  if (!first) return null;
  const { tenure } = first;
  try {
    await settings.handle(deliveries, { signal: tenure.signal, assignment: tenure.assignment });
  } catch (error) {
    if (tenure.signal.aborted) return givenUp;
    if (settings.isOutage(error)) return { kind: 'outage', error };
    const { topic, partition, offset } = first.message;
    const place = { consumer: settings.name, topic, partition, offset, messages: entries.length };
    settings.log.warn({ err: error, ...place, failures: first.failures }, 'a handler failed');
    return handlerFailure(error, entries, settings, stats);
  }
  if (tenure.ended) return givenUp;
  for (const entry of entries) tenure.finish(entry);
  stats.handled += entries.length;
  return null;
}

function handlerFailure<T>(error: unknown, entries: Entry[], settings: Settings<T>, stats: Stats): Outcome | null {
  const { retry, random, onFailure, startAt } = settings;
  if (startAt && error instanceof DarkroomError && error.code === 'assignment_lost') return { kind: 'misplaced' };
  stats.failed += 1;
  const [first] = entries;
  if (!first) return null;
  if (entries.length > 1) {
    for (const entry of entries) entry.alone = true;
    return { kind: 'again', delayMs: 0 };
  }
  first.failures += 1;
  if (isRetryable(error) && first.failures < retry.attempts) {
    stats.retried += 1;
    return { kind: 'again', delayMs: retryDelay(retry, first.failures, random) };
  }
  if (onFailure === 'stop') return { kind: 'failed', error };
  first.verdict = { reason: 'processing_failed', error, attempts: first.failures };
  return null;
}

async function bury<T>(
  entry: Entry,
  verdict: NonNullable<Entry['verdict']>,
  { broker, group, log, name, deadLetterTopic }: Settings<T>,
  stats: Stats,
): Promise<void> {
  if (deadLetterTopic === null) throw verdict.error;
  const { topic, partition, offset } = entry.message;
  await broker.publish(deadLetterTopic(topic), [toDeadLetter(entry.message, verdict, group)]);
  log.warn({ err: verdict.error, consumer: name, topic, partition, offset, reason: verdict.reason }, 'dead letter');
  if (entry.tenure.ended) return;
  entry.tenure.finish(entry);
  stats.deadLettered += 1;
}
