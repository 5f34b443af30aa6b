import type { Appended, Message } from '#core/broker/broker.ts';
import type { Lease, Member } from '#core/broker/log/message-log.ts';
import { MemoryLog } from '#core/broker/memory-log.ts';
import { DarkroomError } from '#core/errors.ts';
import { group, topic } from '../testing/rig.ts';
import { settled, VirtualClock } from '../testing/virtual-clock.ts';
import { Ledger, Violation } from './ledger.ts';
import { chooseMode, type Mode } from './mode.ts';
import { brokerGone, Process, type Call } from './process.ts';
import { Random } from './random.ts';

const dlq = `${topic}.dlq`;
const malformed = '{';
const mishap = () => new DarkroomError('decoder_crashed', 'It died.');
const hopeless = () => new DarkroomError('damaged_image', 'It is cut short.');
const outage = () => new DarkroomError('storage_full', 'The disk is full.');

/** What the witness of a log does with what became durable. */
type Look = (look: (ledger: Ledger) => void) => void;

class WitnessedLog extends MemoryLog {
  readonly #look: Look;

  constructor(look: Look) {
    super();
    this.#look = look;
  }

  override async append(to: string, messages: Message[]): Promise<Appended[]> {
    const appended = await super.append(to, messages);
    if (to === dlq) for (const message of messages) this.#look((ledger) => ledger.deadLettered(message));
    return appended;
  }

  override async commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    await super.commit(member, lease, offset, metadata);
    this.#look((ledger) => ledger.committed(lease.partition, offset, metadata));
  }
}

/** Processes, a log and a clock, and what happens to them: everything follows from the seed. */
export class World {
  readonly mode: Mode;
  readonly random: Random;
  readonly clock = new VirtualClock();
  readonly ledger: Ledger;
  readonly log: WitnessedLog;
  readonly processes: Process[] = [];
  /** Probability that a call to the log fails. */
  faults = 0;
  /** Where the results of each partition stand, and what was folded into them. */
  readonly #folded: { next: number; offsets: number[] }[];
  /** Where each process believes the results to stand. */
  readonly #beliefs = new Map<string, number>();
  #violation: unknown = null;
  #count = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.mode = chooseMode(this.random);
    this.ledger = new Ledger(this.mode);
    this.log = new WitnessedLog((look) => this.#witness(() => look(this.ledger)));
    this.#folded = Array.from({ length: this.mode.partitions }, () => ({ next: 0, offsets: [] }));
  }

  async open(): Promise<void> {
    await this.log.ensureTopics([
      { name: topic, partitions: this.mode.partitions, retention: 'work' },
      { name: dlq, partitions: 1, retention: 'work' },
    ]);
  }

  /** Throws the first violation, also one that was seen where nobody could throw it. */
  verify(): void {
    if (this.#violation) throw this.#violation;
  }

  get calls(): Call[] {
    return this.processes.filter((process) => process.runs).flatMap((process) => [...process.open]);
  }

  start(): void {
    this.processes.push(
      new Process({
        name: `process-${(this.#count += 1)}`,
        mode: this.mode,
        log: this.log,
        clock: this.clock,
        random: this.random.next,
        concurrency: this.random.between(1, 5),
        fault: (call) => {
          const mayFail = call === 'append' || call === 'fetch' || call === 'commit' || call === 'ping';
          return mayFail && this.random.chance(this.faults) ? brokerGone() : null;
        },
        began: (call) => this.#witness(() => this.#began(call)),
        startAt: async ({ name }, partition) => {
          const next = this.#folded[partition]?.next ?? 0;
          this.#beliefs.set(`${name}/${partition}`, next);
          return next;
        },
        ended: (process, error) => this.#witness(() => this.#ended(process, error)),
      }),
    );
  }

  async produce(): Promise<void> {
    const messages = Array.from({ length: this.random.between(1, 6) }, () => {
      const value = Buffer.from(this.random.chance(0.1) ? malformed : '1');
      return { key: this.random.oneOf('a', 'b', 'c', null), value, headers: {} };
    });
    const appended = await this.log.append(topic, messages);
    messages.forEach((message, index) => {
      const place = appended[index];
      if (place) this.ledger.appended(place, message, message.value.equals(Buffer.from(malformed)));
    });
  }

  finish(call: Call): void {
    if (this.mode.exactlyOnce && !this.#fold(call)) {
      call.fail(new DarkroomError('assignment_lost', 'The results stand elsewhere.'));
      return;
    }
    this.#witness(() => this.ledger.handled(call.messages, call.assignment));
    call.finish();
  }

  fail(call: Call): void {
    const kind = this.random.weighted({ mishap: 6, hopeless: 1, outage: 2 }) ?? 'mishap';
    const counts = kind !== 'outage' && !call.signal.aborted;
    if (counts) this.#witness(() => this.ledger.charged(call.messages, call.assignment, kind === 'hopeless'));
    call.fail({ mishap, hopeless, outage }[kind]());
  }

  /** What the broker does to a process that it has not heard of for a session's length. */
  async expire({ member }: Process): Promise<void> {
    if (member.joined) await this.log.leave(member.joined);
  }

  verifyFolded(): void {
    if (!this.mode.exactlyOnce) return;
    this.#folded.forEach(({ offsets }, partition) => this.ledger.folded(partition, offsets));
  }

  async lag(): Promise<number> {
    const lags = await this.log.lag(group, [topic]);
    return lags.reduce((sum, { messages }) => sum + messages, 0);
  }

  async settle(): Promise<void> {
    await settled();
    this.verify();
  }

  /** The transaction of a handler: its results, and the offset from where it expected it. */
  #fold({ process, messages, assignment }: Call): boolean {
    const partition = this.#folded[assignment.partition];
    const belief = `${process.name}/${assignment.partition}`;
    if (!partition || partition.next !== this.#beliefs.get(belief)) return false;
    for (const { offset } of messages) if (offset >= partition.next) partition.offsets.push(offset);
    partition.next = Math.max(partition.next, ...messages.map(({ offset }) => offset + 1));
    this.#beliefs.set(belief, partition.next);
    return true;
  }

  #began({ process, messages, assignment }: Call): void {
    const open = [...process.open];
    if (open.length >= process.concurrency) throw new Violation('more handlers run than may');
    if (process.state !== 'up') throw new Violation('a handler is called after the stop');
    if (process.consumer.paused) throw new Violation('a handler is called in a pause');
    if (assignment.lost.aborted) throw new Violation('a handler is called for a partition that is lost');
    this.ledger.began(
      messages,
      assignment,
      open.flatMap((call) => call.messages),
    );
  }

  #ended(process: Process, error: unknown): void {
    process.state = 'ended';
    const expected = error === null || (this.mode.onFailure === 'stop' && error instanceof DarkroomError);
    if (!expected) throw new Violation(`${process.name} did not end by a stop`, { cause: error });
  }

  #witness(look: () => void): void {
    try {
      look();
    } catch (violation) {
      this.#violation ??= violation;
    }
  }
}
