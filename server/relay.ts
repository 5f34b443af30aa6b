import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { holdLease, releaseLease } from '#core/database/leases.ts';
import { promisedMessage, removeFromOutbox, takeOutbox } from '#core/database/outbox.ts';
import type { OutboxRow } from '#core/database/schema.ts';
import type { Selectable } from 'kysely';
import { toDarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';

/**
 * Publishes what committed transactions promised.
 *
 * 1. One relay at a time, by a lease, however many servers there are.
 * 2. Messages of a topic are published in the order of the outbox; after a failure nothing later is published first.
 * 3. At least once: a crash between publish and delete publishes again, with the same message ids.
 * 4. What is told of a task comes before the work itself, so that no worker speaks of a task the log does not know.
 * 5. While the broker is down it keeps trying; nothing else waits for it.
 */
export interface Relay {
  health(): { ok: boolean; detail: string };
  /** Lets the batch at hand end and gives the lease back. */
  stop(): Promise<void>;
}

type Row = Selectable<OutboxRow>;

const lease = 'relay';
const batchSize = 1000;
const longestPauseMs = 2000;

/** Starts the relay. Woken by commits: while none comes it does nothing. One that dies is followed after `ttlMs`. */
export function startRelay(services: Services, ttlMs = 4000): Relay {
  const { broker, database, log, topics } = services;
  const holder = randomUUID();
  const stopping = new AbortController();
  const { signal } = stopping;
  let leaderUntil = 0;
  let failures = 0;
  let trouble: string | null = null;
  let news = Promise.withResolvers<void>();
  const unlisten = database.onCommit(() => news.resolve());

  /** Takes the lease, or keeps it. */
  const lead = async (): Promise<boolean> => {
    const nowMs = Date.now();
    const held = await database.write((trx) => holdLease(trx, { name: lease, holder, ttlMs, nowMs }));
    leaderUntil = held ? nowMs + ttlMs : 0;
    return held;
  };

  const publish = async (topic: string, rows: Row[]) => {
    await broker.publish(topic, rows.map(promisedMessage));
    return rows;
  };

  /** Publishes the batch and forgets what was published of it, also where a part of it failed. */
  const publishBatch = async (rows: Row[]) => {
    const facts = Map.groupBy(rows, ({ topic }) => topic);
    const work = facts.get(topics.processing) ?? [];
    facts.delete(topics.processing);
    const outcomes = await Promise.allSettled([...facts].map(([topic, group]) => publish(topic, group)));
    if (work.length > 0 && outcomes.every(({ status }) => status === 'fulfilled')) {
      outcomes.push(...(await Promise.allSettled([publish(topics.processing, work)])));
    }
    const published = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    if (published.length > 0) await database.write((trx) => removeFromOutbox(trx, published));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };

  /** Publishes until nothing is left. Returns after how many milliseconds to look again, or null: at the next commit. */
  const drain = async (): Promise<number | null> => {
    while (!signal.aborted) {
      const rows = await database.read((trx) => takeOutbox(trx, batchSize));
      if (rows.length === 0) return null;
      if (leaderUntil - Date.now() < ttlMs / 2) {
        if (!(await lead())) return ttlMs / 4;
        continue;
      }
      await publishBatch(rows);
      failures = 0;
      trouble = null;
    }
    return null;
  };

  const fail = (error: unknown): number => {
    if (trouble === null) log.error({ err: error }, 'the outbox cannot be published; trying again until it can');
    trouble = toDarkroomError(error).message;
    failures += 1;
    return Math.min(50 * 2 ** failures, longestPauseMs);
  };

  const run = async () => {
    while (!signal.aborted) {
      news = Promise.withResolvers();
      const waitMs = await drain().catch(fail);
      if (signal.aborted) return;
      await (waitMs === null ? news.promise : pause(waitMs, undefined, { signal }).catch(() => {}));
    }
  };

  const ended = run();
  return {
    health: () => ({ ok: trouble === null, detail: trouble ?? 'publishing' }),
    async stop() {
      stopping.abort();
      unlisten();
      news.resolve();
      await ended;
      if (leaderUntil > 0) await database.write((trx) => releaseLease(trx, { name: lease, holder }));
    },
  };
}
