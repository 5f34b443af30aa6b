import type { Assignment, Batch, ConsumeOptions, MessageBroker } from '#core/broker/broker.ts';
import type { Database } from '#core/database/database.ts';
import type { Services } from '#core/services.ts';
import type { Source, Storage } from '#core/storage/storage.ts';

/**
 * A place where a process can die: right before or right after the nth time it does a side effect, written
 * `effect#n:before` or `effect#n:after`. Effects are named by port and method, a publish also by its topic.
 */
export type KillPoint = `${string}#${number}:${'before' | 'after'}`;

/** Passes every side effect; what it does at a point is up to the caller (record it, or die there). */
export type Reach = (point: KillPoint) => void;

/** The services with every side effect of their ports reported to `reach`, in the order in which they happen. */
export function watchEffects(services: Services, reach: Reach): Services {
  const seen = new Map<string, number>();
  const effect = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    reach(`${name}#${n}:before`);
    const result = await act();
    reach(`${name}#${n}:after`);
    return result;
  };
  return {
    ...services,
    storage: watchStorage(services.storage, effect),
    broker: watchBroker(services.broker, services.topics.workerStatus, effect),
    database: watchDatabase(services.database, effect),
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}

type Effect = <T>(name: string, act: () => Promise<T>) => Promise<T>;

function watchStorage(storage: Storage, effect: Effect): Storage {
  return replacing(storage, {
    put: (key: string, source: Source, options?: { durable?: boolean }) =>
      effect(`storage.put ${key.split('/')[0]}`, () => storage.put(key, source, options)),
    delete: (key: string) => effect(`storage.delete ${key.split('/')[0]}`, () => storage.delete(key)),
    createUpload: (id: string, info: string) => effect('storage.createUpload', () => storage.createUpload(id, info)),
    append: (id: string, offset: number, source: AsyncIterable<Uint8Array>) =>
      effect('storage.append', () => storage.append(id, offset, eachChunk(source, effect))),
    promote: (id: string, key: string) => effect('storage.promote', () => storage.promote(id, key)),
    discardUpload: (id: string) => effect('storage.discardUpload', () => storage.discardUpload(id)),
  });
}

async function* eachChunk(source: AsyncIterable<Uint8Array>, effect: Effect): AsyncIterable<Uint8Array> {
  for await (const chunk of source) yield await effect('storage.append chunk', async () => chunk);
}

/** Heartbeats are left out: they come by the clock and mean nothing to a picture. */
function watchBroker(broker: MessageBroker, heartbeats: string, effect: Effect): MessageBroker {
  return replacing(broker, {
    publish: (topic: string, messages: Parameters<MessageBroker['publish']>[1]) =>
      topic === heartbeats
        ? broker.publish(topic, messages)
        : effect(`broker.publish ${topic}`, () => broker.publish(topic, messages)),
    consume: (options: ConsumeOptions) =>
      watchBatches(
        broker.consume({ ...options, onAssigned: (assignment) => options.onAssigned?.(watched(assignment)) }),
      ),
  });

  function watched(assignment: Assignment): Assignment {
    const known = assignments.get(assignment);
    if (known) return known;
    const made = replacing(assignment, {
      commit: (offset: number, metadata?: string) =>
        effect(`commit ${assignment.topic}`, () => assignment.commit(offset, metadata)),
    });
    assignments.set(assignment, made);
    return made;
  }

  async function* watchBatches(batches: AsyncIterable<Batch>): AsyncIterable<Batch> {
    for await (const batch of batches) yield { assignment: watched(batch.assignment), messages: batch.messages };
  }
}

const assignments = new WeakMap<Assignment, Assignment>();

function watchDatabase(database: Database, effect: Effect): Database {
  return replacing(database, {
    write: (<T>(work: Parameters<Database['write']>[0]) =>
      effect('database.write', () => database.write(work) as Promise<T>)) as Database['write'],
  });
}

/** The object with some methods replaced; the rest is its own, bound to it. */
function replacing<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, property) {
      if (Object.hasOwn(methods, property)) return Reflect.get(methods, property);
      const value: unknown = Reflect.get(object, property);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
