import type { z } from 'zod';
import { DarkroomError } from '#core/errors.ts';
import type { Message, Received } from './broker.ts';

/** An event of the catalog as a message. */
export function toMessage(
  key: string | null,
  event: { id: string; type: string },
  headers: Record<string, string> = {},
): Message {
  return { key, value: Buffer.from(JSON.stringify(event)), headers };
}

/** The message's event, checked against its schema. Throws `malformed_message` that names the first field at fault. */
export function fromMessage<T>(schema: z.ZodType<T>, message: Pick<Received, 'value'>): T {
  const result = schema.safeParse(parseJson(message.value));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new DarkroomError(
    'malformed_message',
    `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not readable'}`,
  );
}

function parseJson(value: Uint8Array | null): unknown {
  if (value === null) throw new DarkroomError('malformed_message', 'The message has no value.');
  try {
    return JSON.parse(Buffer.from(value).toString('utf8'));
  } catch (cause) {
    throw new DarkroomError('malformed_message', 'The message is not JSON.', { cause });
  }
}
