import { afterEach, describe, expect, test } from 'vitest';
import type { Message, MessageBroker, Received } from '#core/broker/broker.ts';
import { makeBench, message, type OpenBroker } from '#core/broker/contract-bench.ts';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { DarkroomError } from '#core/errors.ts';
import { openLog } from '#core/telemetry/log.ts';
import {
  byKey,
  fast,
  inOrder,
  startConsumer,
  type Commit,
  type Consumer,
  type ConsumerOptions,
  type LaneRule,
} from './consumer.ts';

const topic = 'six';
const group = 'workers';
const lanes: LaneRule[] = ['partition', 'key', 'message'];
const commits: Commit[] = ['each', 'watermark', 'interval'];
const choices = lanes.flatMap((lane) => commits.map((commit) => ({ lane, commit })));

/** What consumers do on every broker, in each of their choices. The engine's finer points are in the tests beside it. */
export function consumerContract(name: string, open: OpenBroker): void {
  describe(`a consumer on the ${name} broker`, () => {
    const bench = makeBench(open);
    const started: Consumer[] = [];

    afterEach(() => Promise.all(started.splice(0).map((consumer) => consumer.stop({ deadlineMs: 1_000 }))));

    async function start(handle: (value: string, from: Received) => Promise<void> | void, more: Partial<Options> = {}) {
      const broker = await bench().connect();
      const dead = { name: deadLetterTopic(topic), partitions: 1, retention: 'work' as const };
      await broker.ensureTopics([dead]);
      const consumer = startConsumer<string>({
        ...byKey,
        broker,
        log: openLog('test', 'silent'),
        name: `kafka_consumer.${group}`,
        group,
        topics: [topic],
        concurrency: 8,
        unpack,
        handle: async (deliveries) => {
          for (const { value, message: from } of deliveries) await handle(value, from);
        },
        retry: { attempts: 1, minDelayMs: 0, maxDelayMs: 0 },
        onFailure: 'dead-letter',
        ...more,
      });
      started.push(consumer);
      return consumer;
    }

    const committed = async () => (await bench().broker.lag(group, [topic])).every(({ messages }) => messages === 0);

    test.each(choices)(
      'handles each message once, in its lane in order: lane $lane, commit $commit',
      async (choice) => {
        await bench().broker.publish(topic, keyed(120));
        const handled = new Tally();
        const busy = new Set<string>();
        const consumer = await start(async (value, from) => {
          const lane = laneOf(choice.lane, from);
          expect(busy.has(lane)).toBe(false);
          busy.add(lane);
          await Promise.resolve();
          busy.delete(lane);
          handled.add(value, lane);
        }, choice);
        await handled.until(120);
        await consumer.stop({ deadlineMs: 1_000 });
        expect(await committed()).toBe(true);
        for (const lane of handled.lanes()) expect(lane).toEqual(lane.toSorted((a, b) => a - b));
        await bench().broker.publish(topic, [message('last', 'key-0')]);
        const after = new Tally();
        await start((value) => after.add(value, ''), choice);
        await after.until(1);
        expect(after.values).toEqual(['last']);
      },
    );

    test('in-order: a message that fails stops it, and comes again with all that follow it', async () => {
      const { broker } = bench();
      await broker.publish(
        topic,
        ['0', '1', '2', '3'].map((value) => message(value, 'key')),
      );
      const first = new Tally();
      const failing = await start(
        (value) => {
          if (value === '2') throw new DarkroomError('conflict', 'Not this one.');
          first.add(value, '');
        },
        { ...inOrder, onFailure: 'stop' },
      );
      await expect(failing.ended).rejects.toMatchObject({ code: 'conflict' });
      const second = new Tally();
      await start((value) => second.add(value, ''), { ...inOrder, onFailure: 'stop' });
      await second.until(2);
      expect([first.values, second.values]).toEqual([
        ['0', '1'],
        ['2', '3'],
      ]);
    });

    test.each([
      ['in-order', inOrder],
      ['by-key', byKey],
      ['fast', fast],
    ])(
      '%s: what fails for good or cannot be read is among the dead letters as it was, and the rest goes on',
      async (_, choice) => {
        const { broker } = bench();
        const junk: Message = { key: 'key', value: Buffer.from([0xff, 0x00, 0xfe]), headers: { from: 'a stranger' } };
        await broker.publish(topic, [message('0', 'key'), junk, message('bad', 'key'), message('3', 'key')]);
        const handled = new Tally();
        await start((value) => {
          if (value === 'bad') throw new DarkroomError('conflict', 'Not this one.');
          handled.add(value, '');
        }, choice);
        await handled.until(2);
        expect(handled.values.toSorted()).toEqual(['0', '3']);
        const dead = await read(broker, deadLetterTopic(topic), 2);
        const byReason = dead.toSorted((a, b) =>
          (a.headers['dlq-reason'] ?? '') < (b.headers['dlq-reason'] ?? '') ? -1 : 1,
        );
        expect(byReason.map(({ headers }) => headers['dlq-reason'])).toEqual(['malformed', 'processing_failed']);
        expect(byReason[0]).toMatchObject({ key: 'key', headers: { from: 'a stranger', 'dlq-topic': topic } });
        expect(Buffer.from(byReason[0]?.value ?? [])).toEqual(junk.value);
        expect(Buffer.from(byReason[1]?.value ?? []).toString()).toBe('bad');
      },
    );

    test('by-key: a lane that hangs holds up nobody, and after a restart only what it held is done again', async () => {
      const { broker } = bench();
      await broker.publish(topic, [message('hangs', 'key-0'), message('behind', 'key-0'), ...keyed(60).slice(1)]);
      const handled = new Tally();
      const stuck = Promise.withResolvers<void>();
      const consumer = await start(async (value) => {
        if (value === 'hangs') await stuck.promise;
        else handled.add(value, '');
      });
      const free = keyed(60).filter(({ key }) => key !== 'key-0').length;
      await handled.until(free);
      await consumer.stop({ deadlineMs: 100 });
      stuck.resolve();
      const again = new Tally();
      await start((value) => again.add(value, ''));
      await again.until(61 - free);
      expect(again.values.slice(0, 2)).toEqual(['hangs', 'behind']);
      expect(again.values.filter((value) => handled.values.includes(value))).toEqual([]);
    });

    test('members of a group share the work, and one that leaves hands over what it has not done', async () => {
      const { broker } = bench();
      const handled = new Tally();
      const first = await start((value) => handled.add(value, 'first'));
      await start((value) => handled.add(value, 'second'));
      await expect
        .poll(() => started.map((each) => each.health().assignments).toSorted((a, b) => a - b))
        .toEqual([3, 3]);
      await broker.publish(topic, keyed(60));
      await handled.until(60);
      expect(handled.lanes()).toHaveLength(2);
      await first.stop({ deadlineMs: 1_000 });
      await broker.publish(topic, keyed(60));
      await handled.until(120);
      expect(handled.values.toSorted()).toEqual([...keyed(60), ...keyed(60)].map(valueOf).toSorted());
    });

    test('while it is paused nothing is handled; its concurrency may change as it runs', async () => {
      const { broker } = bench();
      const handled = new Tally();
      let running = 0;
      let most = 0;
      const consumer = await start(
        async (value) => {
          most = Math.max(most, (running += 1));
          await new Promise(setImmediate);
          running -= 1;
          handled.add(value, '');
        },
        { concurrency: 1 },
      );
      consumer.pause({ code: 'asked', detail: 'An operator asked for it.' });
      await broker.publish(topic, keyed(60));
      await expect.poll(() => consumer.stats().consumed).toBe(60);
      expect(handled.values).toEqual([]);
      consumer.resume();
      await handled.until(30);
      expect(most).toBe(1);
      consumer.setConcurrency(4);
      await handled.until(60);
      expect(most).toBeGreaterThan(1);
    });
  });
}

type Options = ConsumerOptions<string>;

/** What was handled, by lane, and a way to wait for it. */
class Tally {
  readonly values: string[] = [];
  readonly #lanes = new Map<string, number[]>();
  readonly #waiting: { count: number; reached: () => void }[] = [];

  add(value: string, lane: string): void {
    this.values.push(value);
    const list = this.#lanes.get(lane) ?? [];
    list.push(Number(value));
    this.#lanes.set(lane, list);
    for (const { count, reached } of this.#waiting) if (this.values.length >= count) reached();
  }

  lanes(): number[][] {
    return [...this.#lanes.values()];
  }

  until(count: number): Promise<void> {
    return new Promise((reached) => {
      if (this.values.length >= count) reached();
      else this.#waiting.push({ count, reached });
    });
  }
}

/** Messages whose values rise, under ten keys. */
function keyed(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => message(String(index), `key-${index % 10}`));
}

function valueOf({ value }: Message): string {
  return Buffer.from(value ?? []).toString();
}

function unpack(from: Received): string {
  const text = new TextDecoder('utf-8', { fatal: true });
  return text.decode(from.value ?? undefined);
}

function laneOf(rule: LaneRule, { partition, key, offset }: Received): string {
  if (rule === 'partition') return `${partition}`;
  return rule === 'key' ? `${key}` : `${partition}/${offset}`;
}

async function read(broker: MessageBroker, from: string, count: number): Promise<Received[]> {
  const stop = new AbortController();
  const received: Received[] = [];
  const tail = broker.tail({ topics: [from], from: { [from]: { 0: 0 } }, maxBatch: 10, signal: stop.signal });
  for await (const messages of tail) {
    received.push(...messages);
    if (received.length >= count) break;
  }
  stop.abort();
  return received;
}
