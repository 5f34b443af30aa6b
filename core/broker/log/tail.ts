import type { Received, Tail, TailOptions } from '../broker.ts';
import { partitionKey } from './assign.ts';
import type { LogReader, MessageLog, Position } from './message-log.ts';

/** Reads every partition of the topics with no group. Fetches only when asked, so an unread tail holds nothing. */
export function tail(log: MessageLog, options: TailOptions): Tail {
  const start = startOf(log, options);
  const ready = start.then(byTopic);
  ready.catch(() => {});
  return { ready, [Symbol.asyncIterator]: () => read(log.openReader(), options, start) };
}

async function startOf(log: MessageLog, { topics, from }: TailOptions): Promise<Position[]> {
  const positions = topics.map(async (topic) => {
    const partitions = await log.offsets(topic);
    return partitions.map(({ partition, first, next }) => {
      const asked = from === 'latest' ? next : (from[topic]?.[partition] ?? next);
      return { topic, partition, offset: Math.min(Math.max(asked, first), next) };
    });
  });
  return (await Promise.all(positions)).flat();
}

function byTopic(positions: Position[]): Record<string, Record<number, number>> {
  const starts: Record<string, Record<number, number>> = {};
  for (const { topic, partition, offset } of positions) (starts[topic] ??= {})[partition] = offset;
  return starts;
}

async function* read(
  reader: LogReader,
  { maxBatch, signal }: TailOptions,
  start: Promise<Position[]>,
): AsyncGenerator<Received[], void> {
  try {
    const positions = new Map((await start).map((each) => [partitionKey(each.topic, each.partition), { ...each }]));
    while (!signal.aborted) {
      const messages = await reader.fetch([...positions.values()], maxBatch, signal);
      const last = messages.at(-1);
      if (signal.aborted || !last) continue;
      const key = partitionKey(last.topic, last.partition);
      positions.delete(key);
      positions.set(key, { topic: last.topic, partition: last.partition, offset: last.offset + 1 });
      yield messages;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await reader.close();
  }
}
