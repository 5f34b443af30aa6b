import { DarkroomError } from '#core/errors.ts';
import type { ConsumeOptions, MessageBroker, TailOptions } from '../broker.ts';
import { GroupReader } from './group-reader.ts';
import type { MessageLog } from './message-log.ts';
import { tail } from './tail.ts';

/** A MessageBroker over a log of this process. Closing it ends its readers, leaves their groups and closes the log. */
export function brokerOver(log: MessageLog): MessageBroker {
  const closing = new AbortController();
  const readers = new Set<GroupReader>();
  let closed: Promise<void> | null = null;

  /** The log, as long as the broker is open. */
  async function use(): Promise<MessageLog> {
    if (closed) throw new DarkroomError('broker_unavailable', 'The broker was closed.');
    return log;
  }

  async function* consume(options: ConsumeOptions) {
    const reader = new GroupReader(log, { ...options, signal: AbortSignal.any([options.signal, closing.signal]) });
    readers.add(reader);
    try {
      yield* reader.read();
    } finally {
      readers.delete(reader);
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all([...readers].map((reader) => reader.leave()));
    await log.close();
  }

  return {
    ensureTopics: (topics) => use().then((open) => open.ensureTopics(topics)),
    publish: (topic, messages) => use().then((open) => open.append(topic, messages)),
    consume,
    tail: (options: TailOptions) =>
      tail(log, { ...options, signal: AbortSignal.any([options.signal, closing.signal]) }),
    offsets: (topic) => use().then((open) => open.offsets(topic)),
    lag: (group, topics) => use().then((open) => open.lag(group, topics)),
    ping: () => use().then((open) => open.ping()),
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}
