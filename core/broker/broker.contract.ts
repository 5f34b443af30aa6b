import { afterEach, beforeEach, describe } from 'vitest';
import type { Message, MessageBroker } from './broker.ts';
import { groupContract } from './group.contract.ts';
import { readingContract } from './reading.contract.ts';
import { retentionContract } from './retention.contract.ts';

/** A broker to be tested. */
export interface BrokerUnderTest {
  /** Opens one more client, as another process would. All meet the same topics and groups. */
  connect(): Promise<MessageBroker>;
  close(): Promise<void>;
  /** Takes the process of a member away without a goodbye. */
  killMember?(member: string): void;
}

/** Opens a broker with nothing in it. `trimsAtOnce`: what may be removed is removed as soon as the adapter can. */
export type OpenBroker = (options: { trimsAtOnce: boolean }) => Promise<BrokerUnderTest>;

/** What an adapter can show in this suite; what it cannot, its own test shows. */
export interface Features {
  killsMembers: boolean;
  removesMessages: boolean;
}

/** What one test works with. */
export interface Bench {
  broker: MessageBroker;
  underTest: BrokerUnderTest;
  connect(): Promise<MessageBroker>;
}

/** What every MessageBroker must do, by the numbers of `broker.ts`. */
export function brokerContract(name: string, open: OpenBroker, features: Features): void {
  describe(`the ${name} broker`, () => {
    describe('reading and writing', () => readingContract(bench(open, false)));
    describe('groups', () => groupContract(bench(open, false), features));
    if (features.removesMessages) describe('retention', () => retentionContract(bench(open, true)));
  });
}

/** A fresh broker for each test, with a topic of `one` partition, one of `six`, and one whose messages are `brief`. */
function bench(open: OpenBroker, trimsAtOnce: boolean): () => Bench {
  let current: Bench;
  let clients: MessageBroker[];

  beforeEach(async () => {
    const underTest = await open({ trimsAtOnce });
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
