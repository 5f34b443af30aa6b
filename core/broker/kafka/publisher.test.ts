import { beforeEach, expect, test } from 'vitest';
import type { Message } from '../broker.ts';
import type { KafkaClient, TopicMessages } from './client.ts';
import { Publisher } from './publisher.ts';

type Answers = { topicName: string; partition: number; baseOffset: string }[];

/** Producers whose answers are what the test makes of them. */
class Producers {
  opened = 0;
  /** By the number of the producer, the values it was given. */
  readonly sent: string[] = [];
  answer: (topics: TopicMessages[]) => Promise<Answers> | Answers = answersTo;

  readonly client = {
    producer: () => {
      const number = ++this.opened;
      return {
        connect: async () => {},
        disconnect: async () => {},
        close: () => {},
        send: async (topics: TopicMessages[]) => {
          const values = topics.flatMap(({ messages }) => messages.map(({ value }) => String(value).slice(0, 3)));
          this.sent.push(`${number}: ${values.join(' ')}`);
          return this.answer(topics);
        },
      };
    },
  } as unknown as KafkaClient;
}

/** Each partition begins at its own number times ten. */
function answersTo(topics: TopicMessages[]): Answers {
  return topics.flatMap(({ topic, messages }) =>
    [...new Set(messages.map(({ partition }) => partition))].map((partition) => ({
      topicName: topic,
      partition,
      baseOffset: `${partition * 10}`,
    })),
  );
}

let producers: Producers;
let publisher: Publisher;

beforeEach(() => {
  producers = new Producers();
  publisher = new Publisher({ client: producers.client, partitionsOf: async () => 3, compresses: false });
});

const messages = (...values: string[]): Message[] =>
  values.map((value) => ({ key: null, value: Buffer.from(value), headers: {} }));

test('what is called sent and has no answer goes out again, as it was and before anything else', async () => {
  producers.answer = (topics) => {
    producers.answer = answersTo;
    return answersTo(topics).slice(0, 1);
  };
  const first = publisher.publish('topic', messages('one', 'two', 'tri'));
  const second = publisher.publish('topic', messages('six'));
  const appended = (await first).toSorted((a, b) => a.partition - b.partition);
  expect(appended).toEqual([0, 1, 2].map((partition) => ({ partition, offset: partition * 10 })));
  await second;
  expect(producers.sent).toEqual(['1: one two tri', '1: two tri', '1: six']);
});

test('after a part of a publish that failed none of its later parts is sent, and the producer is given up', async () => {
  producers.answer = async () => {
    producers.answer = answersTo;
    throw new Error('no answer');
  };
  const large = messages('one', 'two', 'tri').map((each) => ({
    ...each,
    value: Buffer.alloc(600_000, each.value ?? ''),
  }));
  const publish = publisher.publish('topic', large);
  const other = publisher.publish('topic', messages('six'));
  await expect(publish).rejects.toMatchObject({ code: 'broker_unavailable' });
  await other;
  expect(producers.sent).toEqual(['1: one', '2: six']);
});
