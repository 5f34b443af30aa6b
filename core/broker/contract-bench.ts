import { afterEach, beforeEach } from 'vitest';
import type { Message, MessageBroker } from './broker.ts';

/** A broker to be tested. */
export interface BrokerUnderTest {
  /** Opens one more client, as another process would. All meet the same topics and groups. */
  connect(): Promise<MessageBroker>;
  close(): Promise<void>;
  /** Takes the process of a member away without a goodbye. */
  killMember?(member: string): void;
}

/** Opens a broker with nothing in it. */
export type OpenBroker = () => Promise<BrokerUnderTest>;

/** What one test works with. */
export interface Bench {
  broker: MessageBroker;
  underTest: BrokerUnderTest;
  connect(): Promise<MessageBroker>;
}

/** A fresh broker for each test, with a topic of `one` partition, one of `six`, and one whose messages are `brief`. */
export function makeBench(open: OpenBroker): () => Bench {
  let current: Bench;
  let clients: MessageBroker[];

  beforeEach(async () => {
    const underTest = await open();
    clients = [];
    const connect = async () => {
      const client = await underTest.connect();
      clients.push(client);
      return client;
    };
    current = { underTest, connect, broker: await connect() };
    await current.broker.ensureTopics([
      { name: 'one', partitions: 1, retention: 'work' },
      { name: 'six', partitions: 6, retention: 'work' },
      { name: 'brief', partitions: 1, retention: 1 },
    ]);
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await current.underTest.close();
  });

  return () => current;
}

export function message(value: string, key: string | null = null): Message {
  return { key, value: Buffer.from(value), headers: {} };
}

/** Messages whose values are the numbers from 0. */
export function numbered(count: number, key: string | null = null): Message[] {
  return Array.from({ length: count }, (_, index) => message(String(index), key));
}
