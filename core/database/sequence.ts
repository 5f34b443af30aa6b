import type { Reader, Writer } from './database.ts';

/** Most tasks of one millisecond; what is beyond spills into the next. Safe integers reach to the year 2248. */
const perMs = 1024;

/**
 * A task's `seq` is when it was created and a number within that millisecond. So the order of the primary key is the order
 * of creation, and a range of time is a range of it, exactly, in every list and in the search index.
 */
export function sequenceRange(since?: string, until?: string): { first: number; last: number } {
  return {
    first: since === undefined ? 0 : Date.parse(since) * perMs,
    last: until === undefined ? Number.MAX_SAFE_INTEGER : (Date.parse(until) + 1) * perMs - 1,
  };
}

/** Gives out free numbers to tasks created then. Only for one write. */
export function sequencer(trx: Writer): (createdAt: string) => Promise<number> {
  const lastOf = new Map<number, number>();
  return async (createdAt) => {
    for (let ms = Date.parse(createdAt); ; ms += 1) {
      const seq = (lastOf.get(ms) ?? (await lastTaken(trx, ms))) + 1;
      if (seq >= (ms + 1) * perMs) continue;
      lastOf.set(ms, seq);
      return seq;
    }
  };
}

async function lastTaken(trx: Reader, ms: number): Promise<number> {
  const { last } = await trx
    .selectFrom('tasks')
    .select((row) => row.fn.max('seq').as('last'))
    .where('seq', '>=', ms * perMs)
    .where('seq', '<', (ms + 1) * perMs)
    .executeTakeFirstOrThrow();
  return last ?? ms * perMs - 1;
}
