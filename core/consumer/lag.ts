import type { PartitionLag } from '#core/broker/broker.ts';

/** What is unread: how many messages, and for how many seconds the oldest of them has waited; null where that is unknown. */
export interface Lag {
  messages: number;
  seconds: number | null;
}

/** The lag of all these partitions together. */
export function lagOf(partitions: Pick<PartitionLag, 'messages' | 'oldest'>[], now: number): Lag {
  const behind = partitions.filter(({ messages }) => messages > 0);
  const messages = behind.reduce((sum, partition) => sum + partition.messages, 0);
  const waits = behind.flatMap(({ oldest }) => (oldest === null ? [] : Math.max(0, now - oldest) / 1000));
  if (waits.length === 0) return { messages, seconds: messages === 0 ? 0 : null };
  return { messages, seconds: Math.max(...waits) };
}
