import { randomUUID } from 'node:crypto';
import type { Received } from '#core/broker/broker.ts';
import { redrivesHeader } from '#core/consumer/dead-letter.ts';
import type { NewDeadLetter } from '#core/database/dead-letters.ts';
import { claimsOf, taskIdOf, userIdOf, type Claims } from './claims.ts';

/** A record of a dead-letter topic: the row it becomes, and what its message says it is about. */
export interface Letter {
  row: NewDeadLetter;
  claims: Claims;
}

const longest = { name: 200, error: 1_000 };

/**
 * Reads a record of the dead letters of `topic`; the key of a message of work is its task, that of any other its person.
 * Never throws: what is missing or makes no sense, in a record that somebody else has put there, is left open.
 */
export function toLetter(message: Received, { topic, isWork }: { topic: string; isWork: boolean }): Letter {
  const { headers, key } = message;
  const claims = claimsOf(message.value);
  const row: NewDeadLetter = {
    id: randomUUID(),
    topic,
    partition: wholeNumber(headers['dlq-partition']),
    offset: wholeNumber(headers['dlq-offset']),
    group_name: headers['dlq-group']?.slice(0, longest.name) ?? null,
    dlq_partition: message.partition,
    dlq_offset: message.offset,
    key,
    // A copy: the bytes are a part of a batch, which would go to the database thread with each of its messages.
    value: message.value && new Uint8Array(message.value),
    headers: JSON.stringify(headers),
    reason: headers['dlq-reason']?.slice(0, longest.name) ?? 'unknown',
    error: headers['dlq-error']?.slice(0, longest.error) ?? '',
    attempts: wholeNumber(headers['dlq-attempts']),
    redrives: wholeNumber(headers[redrivesHeader]) ?? 0,
    task_id: claims.task_id ?? (isWork ? taskIdOf(key) : null),
    user_id: claims.user_id ?? (isWork ? null : userIdOf(key)),
    at: timeOf(message.timestamp),
  };
  return { row, claims };
}

function wholeNumber(text: string | undefined): number | null {
  const number = Number(text);
  return text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(number) ? number : null;
}

/** Producers of other makers may say any time. */
function timeOf(timestamp: number): string {
  const time = new Date(timestamp);
  const makesSense = time.getUTCFullYear() >= 2000 && time.getUTCFullYear() < 10_000;
  return (makesSense ? time : new Date()).toISOString();
}
