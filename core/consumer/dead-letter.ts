import type { Message, Received } from '#core/broker/broker.ts';
import { DarkroomError } from '#core/errors.ts';

/** Why a message was given up: it could not be read, or its handler failed for good. */
export type DeadLetterReason = 'malformed' | 'processing_failed';

export interface Verdict {
  reason: DeadLetterReason;
  error: unknown;
  /** Calls of the handler it was given. */
  attempts: number;
}

const maxErrorLength = 1_000;
/** Of the headers that say why and where a message died. */
const verdictPrefix = 'dlq-';

/** The message for the dead-letter topic: the original bytes, key and headers, and why and where in headers. */
export function toDeadLetter(message: Received, verdict: Verdict, group: string): Message {
  return {
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'dlq-reason': verdict.reason,
      'dlq-error': describe(verdict.error),
      'dlq-attempts': String(verdict.attempts),
      'dlq-topic': message.topic,
      'dlq-partition': String(message.partition),
      'dlq-offset': String(message.offset),
      'dlq-group': group,
    },
  };
}

/** Counts how often a message has been sent back after it died. */
export const redrivesHeader = 'redrives';

/** The headers as they were before the message died. */
export function withoutVerdict(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(verdictPrefix)));
}

function describe(error: unknown): string {
  const text = error instanceof DarkroomError ? `${error.code}: ${error.message}` : String(error);
  return text.slice(0, maxErrorLength);
}
