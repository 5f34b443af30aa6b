import type { Received } from '../broker.ts';
import type { AbortedTransaction, RawMessage } from './client.ts';

/** A message as Kafka gave it. Of headers that are there twice the last counts; one without a value is empty. */
export function toReceived(
  topic: string,
  partition: number,
  { offset, timestamp, key, value, headers }: RawMessage,
): Received {
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: key === null ? null : key.toString(),
    value,
    headers: toHeaders(headers),
  };
}

const abortMarker = Buffer.from([0, 0, 0, 0]);

/**
 * The messages that count: not those that Kafka wrote itself, and not those of transactions that were aborted, which begin
 * at the offsets given and end at a marker. We use no transactions; whoever else publishes may.
 */
export function withoutAborted(messages: RawMessage[], aborted: AbortedTransaction[] | null): RawMessage[] {
  const begins = (aborted ?? []).toSorted((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const open = new Set<string>();
  return messages.filter(({ offset, key, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    while (begins[0] && Number(begins[0].firstOffset) <= Number(offset)) open.add(begins.shift()?.producerId ?? '');
    if (isControlRecord && key?.equals(abortMarker)) open.delete(producerId);
    return !isControlRecord && !(inTransaction && open.has(producerId));
  });
}

const none = Object.freeze({});

function toHeaders(headers: RawMessage['headers']): Record<string, string> {
  const entries = Object.entries(headers);
  if (entries.length === 0) return none;
  return Object.fromEntries(
    entries.map(([name, value]) => [name, (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? '']),
  );
}
