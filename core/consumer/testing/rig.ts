import type { Assignment, Message, MessageBroker, Received } from '#core/broker/broker.ts';
import { brokerOver } from '#core/broker/log/broker.ts';
import { MemoryLog } from '#core/broker/memory-log.ts';
import { openLog } from '#core/telemetry/log.ts';
import { startConsumer, type Consumer, type ConsumerOptions, type Delivery } from '../consumer.ts';
import { MemberLog, type Weather } from './member-log.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

export const topic = 'work';
export const group = 'workers';

/** One call of the handler, which ends when the test says so. */
export interface Call {
  values: unknown[];
  offsets: number[];
  partition: number;
  signal: AbortSignal;
  assignment: Assignment;
  finish(): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A consumer whose handler waits for the test, on a member's own way to the log. */
export interface Running {
  consumer: Consumer;
  broker: MessageBroker;
  member: MemberLog;
  /** All calls so far, also those that have ended. */
  calls: Call[];
  /** Calls that have not ended, in the order in which they began. */
  open: () => Call[];
  /** As if the process were gone and its session had run out: nothing that it does reaches the log any more. */
  crash: () => Promise<void>;
}

export type Overrides = Partial<ConsumerOptions<unknown>> & { weather?: Weather; member?: string };

/** A log, a clock, and consumers on them. */
export class Rig {
  readonly log = new MemoryLog();
  readonly clock = new VirtualClock();
  readonly #running: Running[] = [];
  #members = 0;

  static async open(partitions = 1): Promise<Rig> {
    const rig = new Rig();
    await rig.log.ensureTopics([
      { name: topic, partitions, retention: 'work' },
      { name: `${topic}.dlq`, partitions: 1, retention: 'work' },
    ]);
    return rig;
  }

  /** Appends values as JSON; `key:value` gives the key, no colon means none. */
  async produce(...messages: string[]): Promise<void> {
    await this.append(
      ...messages.map((text) => {
        const [key, value] = text.includes(':') ? text.split(':') : [null, text];
        return { key: key ?? null, value: Buffer.from(JSON.stringify(value)), headers: {} };
      }),
    );
  }

  async append(...messages: Message[]): Promise<void> {
    await this.log.append(topic, messages);
    await settled();
  }

  async start(options: Overrides): Promise<Running> {
    const { weather = () => {}, member: name = `member-${(this.#members += 1)}`, ...rest } = options;
    let dead = false;
    const member = new MemberLog(this.log, name, (call, way) => (dead ? new Promise(() => {}) : weather(call, way)));
    const broker = brokerOver(member);
    const calls: Call[] = [];
    const ongoing = new Set<Call>();
    const handle = (deliveries: Delivery<unknown>[], context: { signal: AbortSignal; assignment: Assignment }) =>
      new Promise<void>((resolve, reject) => {
        const end = (settle: () => void) => {
          ongoing.delete(call);
          settle();
          return settled();
        };
        const call: Call = {
          values: deliveries.map(({ value }) => value),
          offsets: deliveries.map(({ message }) => message.offset),
          partition: context.assignment.partition,
          ...context,
          finish: () => end(resolve),
          fail: (error) => end(() => reject(error)),
        };
        calls.push(call);
        ongoing.add(call);
      });
    const consumer = startConsumer<unknown>({
      broker,
      log: openLog('test', 'silent'),
      name: `kafka_consumer.${group}`,
      group,
      topics: [topic],
      lane: 'key',
      commit: 'watermark',
      concurrency: 10,
      onFailure: 'dead-letter',
      handle,
      clock: this.clock,
      random: () => 1,
      ...rest,
    });
    await settled();
    const crash = async () => {
      dead = true;
      await this.expire(member);
    };
    const running = { consumer, broker, member, calls, open: () => [...ongoing], crash };
    this.#running.push(running);
    return running;
  }

  /** What the broker does to a member that it has not heard of for a session's length. */
  async expire({ joined }: MemberLog): Promise<void> {
    if (joined) await this.log.leave(joined);
    await settled();
  }

  /** What the group has committed, by partition. */
  async committed(): Promise<(number | null)[]> {
    return (await this.log.lag(group, [topic])).map(({ committed }) => committed);
  }

  async deadLetters(): Promise<Received[]> {
    const reading = new AbortController();
    const [{ next } = { next: 0 }] = await this.log.offsets(`${topic}.dlq`);
    return next === 0
      ? []
      : this.log.openReader().fetch([{ topic: `${topic}.dlq`, partition: 0, offset: 0 }], next, reading.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { consumer, open } of this.#running) {
      const stopped = consumer.stop({ deadlineMs: 0 });
      await settled();
      for (const call of open()) await call.finish();
      await this.clock.advance(10_000);
      await stopped;
    }
  }
}
