import type { Compilable, Selectable } from 'kysely';
import type { Message } from '#core/broker/broker.ts';
import type { Reader, Writer } from './database.ts';
import type { OutboxRow } from './schema.ts';
import { chunksOf, runTogether } from './statements.ts';

/** A message to be published once the transaction that promises it is committed. */
export interface OutboxEntry {
  topic: string;
  key: string | null;
  /** Bytes are published as they are, and so is the absence of a value. */
  event: { id: string; type: string } | Uint8Array | null;
  headers?: Record<string, string>;
}

/** Promises messages. They are published in the order of their adding. */
export async function addToOutbox(trx: Writer, entries: OutboxEntry[]): Promise<void> {
  await runTogether(trx, outboxInserts(trx, entries));
}

export function outboxInserts(trx: Writer, entries: OutboxEntry[]): Compilable[] {
  const rows = entries.map(({ topic, key, event, headers }) => ({
    topic,
    key,
    ...valueOf(event),
    headers: JSON.stringify(headers ?? {}),
  }));
  return chunksOf(rows).map((chunk) => trx.insertInto('outbox').values(chunk));
}

/** Events travel as text, which costs the way to the database thread less than many small pieces of bytes. */
function valueOf(event: OutboxEntry['event']): Pick<OutboxRow, 'value' | 'bytes'> {
  if (event === null) return { value: null, bytes: null };
  if (event instanceof Uint8Array) return { value: null, bytes: new Uint8Array(event) };
  return { value: JSON.stringify(event), bytes: null };
}

/** A promise as the message it is published as. */
export function promisedMessage({ key, value, bytes, headers }: Selectable<OutboxRow>): Message {
  return {
    key,
    value: value === null ? bytes : Buffer.from(value),
    headers: JSON.parse(headers) as Record<string, string>,
  };
}

/** The oldest promises not yet published. */
export async function takeOutbox(db: Reader, limit: number): Promise<Selectable<OutboxRow>[]> {
  return db.selectFrom('outbox').selectAll().orderBy('seq').limit(limit).execute();
}

/** Forgets what has been published. */
export async function removeFromOutbox(trx: Writer, rows: { seq: number }[]): Promise<void> {
  const numbers = rows.map(({ seq }) => seq);
  await runTogether(
    trx,
    chunksOf(numbers).map((chunk) => trx.deleteFrom('outbox').where('seq', 'in', chunk)),
  );
}

/** How many promises wait to be published. */
export async function outboxDepth(db: Reader): Promise<number> {
  const { n } = await db
    .selectFrom('outbox')
    .select((row) => row.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}
