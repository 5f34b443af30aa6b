import type { Appended, Assignment, Message, Received } from '#core/broker/broker.ts';
import { decodeFinished } from '../commit-metadata.ts';
import { group, topic } from '../testing/rig.ts';
import type { Mode } from './mode.ts';

/** An invariant that does not hold. */
export class Violation extends Error {}

interface Fact {
  key: string | null;
  value: Uint8Array | null;
  malformed: boolean;
  /** Times that a handler did its work. */
  handled: number;
  deadLetters: number;
}

/** What is known of one message within one assignment. */
interface Trial {
  charged: number;
  hopeless: boolean;
  done: boolean;
}

export const retry = { attempts: 3, minDelayMs: 50, maxDelayMs: 400 };

/** What truly happened, and what must hold of it at any moment. Throws a Violation. */
export class Ledger {
  readonly #mode: Mode;
  readonly #facts: Fact[][];
  readonly #commits = new Map<number, number>();
  readonly #trials = new Map<Assignment, Map<number, Trial>>();

  constructor(mode: Mode) {
    this.#mode = mode;
    this.#facts = Array.from({ length: mode.partitions }, () => []);
  }

  appended({ partition, offset }: Appended, { key, value }: Message, malformed: boolean): void {
    this.#of(partition)[offset] = { key, value, malformed, handled: 0, deadLetters: 0 };
  }

  /** A handler is called. `open`: the messages that its process has in hand already. */
  began(messages: Received[], assignment: Assignment, open: Received[]): void {
    const { partition } = assignment;
    const lanes = new Set(open.map((message) => this.#lane(message)));
    check(messages.length <= this.#mode.batchSize, 'a batch is larger than its size');
    for (const message of messages) {
      const name = `${partition}/${message.offset}`;
      const trial = this.#trial(assignment, message.offset);
      check(message.partition === partition, `${name} was handed out in another partition`);
      check(!this.#fact(message).malformed, `${name} is malformed and was handled`);
      check(!trial.hopeless, `${name} is tried again though nothing can help`);
      check(!trial.done, `${name} is handled again in one assignment`);
      check(!lanes.has(this.#lane(message)), `${name} overlaps its lane`);
      check(!this.#covered(assignment, message.offset), `${name} was committed as finished and is handled again`);
      const before = this.#of(partition).slice(0, message.offset);
      const unended = before.findIndex((fact) => !ended(fact));
      check(
        this.#mode.commit === 'interval' || unended === -1 || message.offset - unended <= 2 * this.#mode.maxGap,
        `${name} is further ahead of ${unended} than the bound`,
      );
      const overtaken = before.findIndex(
        (fact, offset) =>
          !ended(fact) && !messages.some((other) => other.offset === offset) && this.#sameLane(fact, message),
      );
      check(overtaken === -1, `${name} overtakes ${overtaken} in its lane`);
      const waiting = this.#uncommitted(assignment);
      check(waiting === undefined, `${name} is handled before ${waiting} is committed`);
    }
  }

  handled(messages: Received[], assignment: Assignment): void {
    for (const message of messages) {
      this.#fact(message).handled += 1;
      this.#trial(assignment, message.offset).done = true;
    }
  }

  charged(messages: Received[], assignment: Assignment, hopeless: boolean): void {
    const [only, ...others] = messages;
    if (!only || others.length > 0) return;
    const trial = this.#trial(assignment, only.offset);
    trial.charged += 1;
    trial.hopeless ||= hopeless;
    check(trial.charged <= retry.attempts, `${only.offset} was tried more often than allowed`);
  }

  deadLettered({ key, value, headers }: Message): void {
    const [partition, offset] = [Number(headers['dlq-partition']), Number(headers['dlq-offset'])];
    const fact = this.#facts[partition]?.[offset];
    const name = `the dead letter of ${partition}/${offset}`;
    if (!fact) throw new Violation(`${name} is of no message`);
    check(headers['dlq-topic'] === topic && headers['dlq-group'] === group, `${name} does not say whose it is`);
    check(fact.key === key && sameBytes(fact.value, value), `${name} has other bytes`);
    fact.deadLetters += 1;
    if (fact.malformed) return check(headers['dlq-reason'] === 'malformed', `${name} does not say it was malformed`);
    check(this.#mode.onFailure === 'dead-letter', `${name} was to stop the consumer`);
    const attempts = Number(headers['dlq-attempts']);
    const deserved = [...this.#trials.values()].some((trials) => {
      const trial = trials.get(offset);
      return trial?.charged === attempts && (trial.hopeless || attempts === retry.attempts);
    });
    check(deserved, `${name} was given up without its attempts`);
  }

  committed(partition: number, offset: number, metadata: string): void {
    const facts = this.#of(partition);
    check(offset <= facts.length, `${partition}: ${offset} was committed, above the end`);
    check(metadata.length <= 4_000, `${partition}: the metadata is too long`);
    if (this.#mode.commit === 'interval') return;
    const lost = facts.findIndex((fact, at) => at < offset && !ended(fact));
    check(lost === -1, `${partition}: ${offset} was committed before ${lost} was finished`);
    const before = this.#mode.exactlyOnce ? 0 : (this.#commits.get(partition) ?? 0);
    check(offset >= before, `${partition}: the commit went back to ${offset}`);
    this.#commits.set(partition, offset);
    for (const { start, end } of decodeFinished(offset, metadata)) {
      for (let at = start; at < end; at += 1) {
        const fact = facts[at];
        check(fact !== undefined && ended(fact), `${partition}/${at} was noted as finished and is not`);
      }
    }
  }

  /** What has not been ended yet, as `partition/offset`. */
  unended(): string[] {
    return this.#facts.flatMap((facts, partition) =>
      facts.flatMap((fact, offset) => (ended(fact) ? [] : [`${partition}/${offset}`])),
    );
  }

  /** What was folded must be in order, each once, and all but the dead letters. */
  folded(partition: number, offsets: number[]): void {
    const inOrder = offsets.every((offset, index) => index === 0 || offset > Number(offsets[index - 1]));
    check(inOrder, `${partition}: folded in another order or twice: ${offsets.join()}`);
    const missing = this.#of(partition).findIndex((fact, at) => fact.deadLetters === 0 && !offsets.includes(at));
    check(missing === -1, `${partition}/${missing} was not folded`);
  }

  #of(partition: number): Fact[] {
    const facts = this.#facts[partition];
    if (!facts) throw new Violation(`${partition} is no partition`);
    return facts;
  }

  #trial(assignment: Assignment, offset: number): Trial {
    const trials = this.#trials.get(assignment) ?? new Map<number, Trial>();
    this.#trials.set(assignment, trials);
    const trial = trials.get(offset) ?? { charged: 0, hopeless: false, done: false };
    trials.set(offset, trial);
    return trial;
  }

  /** What was handled and must be committed before anything else of its partition begins. */
  #uncommitted(assignment: Assignment): number | undefined {
    if (this.#mode.lane !== 'partition' || this.#mode.commit !== 'each') return undefined;
    const committed = this.#commits.get(assignment.partition) ?? 0;
    const trials = this.#trials.get(assignment) ?? new Map<number, Trial>();
    return [...trials].find(([offset, { done }]) => done && offset >= committed)?.[0];
  }

  #covered({ committed }: Assignment, offset: number): boolean {
    if (!committed || this.#mode.exactlyOnce) return false;
    const finished = decodeFinished(committed.offset, committed.metadata);
    return offset < committed.offset || finished.some(({ start, end }) => start <= offset && offset < end);
  }

  #fact({ partition, offset }: Received): Fact {
    const fact = this.#of(partition)[offset];
    if (!fact) throw new Violation(`${partition}/${offset} was never appended`);
    return fact;
  }

  #lane({ partition, key, offset }: Received): string {
    if (this.#mode.lane === 'partition') return String(partition);
    return this.#mode.lane === 'key' && key !== null ? `${partition} ${key}` : `${partition}#${offset}`;
  }

  #sameLane(fact: Fact, { key }: Received): boolean {
    if (this.#mode.lane === 'partition') return true;
    return this.#mode.lane === 'key' && key !== null && fact.key === key;
  }
}

function ended(fact: Fact): boolean {
  return fact.handled > 0 || fact.deadLetters > 0;
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Violation(otherwise);
}
