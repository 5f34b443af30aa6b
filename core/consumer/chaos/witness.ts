import type { Assignment, Batch, ConsumeOptions, MessageBroker } from '#core/broker/broker.ts';
import type { Journal } from './journal.ts';

/**
 * A broker that writes down which partitions its one consumer is given, loses and commits, each before the consumer hears
 * of it; a commit, also before the broker does.
 */
export class WitnessedBroker {
  readonly #broker: MessageBroker;
  readonly #journal: Journal;
  readonly #member: string;
  readonly #assignments = new Map<Assignment, Assignment>();
  readonly #tenures = new Map<Assignment, number>();

  constructor(broker: MessageBroker, journal: Journal, member: string) {
    this.#broker = broker;
    this.#journal = journal;
    this.#member = member;
  }

  get broker(): MessageBroker {
    return new Proxy(this.#broker, {
      get: (broker, name: keyof MessageBroker) => {
        return name === 'consume' ? (options: ConsumeOptions) => this.#consume(options) : broker[name].bind(broker);
      },
    });
  }

  tenureOf(assignment: Assignment): number {
    return this.#tenures.get(assignment) ?? -1;
  }

  async *#consume(options: ConsumeOptions): AsyncGenerator<Batch> {
    const onAssigned = (assignment: Assignment) => options.onAssigned?.(this.#witnessed(assignment));
    for await (const { assignment, messages } of this.#broker.consume({ ...options, onAssigned })) {
      const known = this.#assignments.get(assignment);
      if (known) yield { assignment: known, messages };
    }
  }

  #witnessed(assignment: Assignment): Assignment {
    const { topic, partition, committed, lost } = assignment;
    const place = { member: this.#member, tenure: this.#tenures.size, partition };
    const witnessed: Assignment = {
      topic,
      partition,
      committed,
      lost,
      pause: () => assignment.pause(),
      resume: () => assignment.resume(),
      seek: (offset) => assignment.seek(offset),
      commit: async (offset, metadata) => {
        this.#journal.write({ what: 'asked', ...place });
        try {
          await assignment.commit(offset, metadata);
        } catch (error) {
          this.#journal.write({ what: 'refused', ...place });
          throw error;
        }
        this.#journal.write({ what: 'granted', ...place });
      },
    };
    this.#assignments.set(assignment, witnessed);
    this.#tenures.set(witnessed, place.tenure);
    this.#journal.write({ what: 'held', ...place });
    lost.addEventListener('abort', () => this.#journal.write({ what: 'lost', ...place }));
    return witnessed;
  }
}
