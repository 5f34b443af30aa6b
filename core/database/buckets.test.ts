import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pruneBuckets, readSeries, readSummary } from './buckets.ts';
import type { Database } from './database.ts';
import { acceptImages } from './images.ts';
import { countInto, Tally } from './tally.ts';
import { newDatabase, newImage, topics } from './testing/folder.ts';
import { must } from '#core/domain/testing/must.ts';

const noon = Date.UTC(2026, 5, 1, 12);
const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString();
const range = (from: number, to: number, step: number) => ({ from: new Date(at(from)), to: new Date(at(to)), step });

test('a series has a point for every step, zeros where nothing happened, and a line for each kind', async () => {
  const database = await newDatabase();
  await count(database, (tally) => {
    tally.count(at(-35), 'failed', 1, ['cause:damaged_image']);
    tally.count(at(-31), 'failed', 1, ['cause:decoder_timeout']);
    tally.count(at(-1), 'failed', 1, ['cause:damaged_image']);
  });
  const answer = await database.read((trx) =>
    readSeries(trx, { metrics: ['failed', 'done'], ...range(-40, 0, 10) }, new Date(at(0))),
  );
  expect(answer).toMatchObject({ from: at(-40), to: at(0), step: 10 });
  expect(answer.series).toEqual([
    { metric: 'failed', dimension: null, points: [2, 0, 0, 1] },
    { metric: 'failed', dimension: 'cause:damaged_image', points: [1, 0, 0, 1] },
    { metric: 'failed', dimension: 'cause:decoder_timeout', points: [1, 0, 0, 0] },
    { metric: 'done', dimension: null, points: [0, 0, 0, 0] },
  ]);
});

test('whatever the range and step, each point counts what happened in it', async () => {
  const database = await newDatabase();
  const moments = Array.from({ length: 300 }, (_, n) => -((n * 7919) % 90_000));
  await count(database, (tally) => moments.slice(0, 200).forEach((moment) => tally.count(at(moment), 'done')));
  await count(database, (tally) => moments.slice(200).forEach((moment) => tally.count(at(moment), 'done')));
  const seconds = fc.integer({ min: -90_000, max: 0 });
  await fc.assert(
    fc.asyncProperty(seconds, seconds, fc.integer({ min: 1, max: 10_000 }), async (a, b, step) => {
      const asked = range(Math.min(a, b), Math.max(a, b), step);
      const answer = await database.read((trx) => readSeries(trx, { metrics: ['done'], ...asked }, new Date(at(0))));
      expect(answer.step).toBeGreaterThanOrEqual(step);
      expect(Date.parse(answer.from)).toBeLessThanOrEqual(asked.from.getTime());
      expect(Date.parse(answer.to)).toBeGreaterThanOrEqual(asked.to.getTime());
      const points = must(answer.series[0]).points;
      const expected = points.map((_, n) => {
        const first = Date.parse(answer.from) + n * answer.step * 1000;
        return moments.filter(
          (moment) => noon + moment * 1000 >= first && noon + moment * 1000 < first + answer.step * 1000,
        ).length;
      });
      expect(points).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('a long range gets longer steps, so that an answer stays small', async () => {
  const database = await newDatabase();
  const year = { metrics: ['done' as const], ...range(-365 * 86_400, 0, 10) };
  const answer = await database.read((trx) => readSeries(trx, year, new Date(at(0))));
  expect(must(answer.series[0]).points.length).toBeLessThanOrEqual(2001);
  expect(answer.step % 3600).toBe(0);
});

test('percentiles are those of all durations of a step, across the batches that were counted', async () => {
  const database = await newDatabase();
  for (const part of [0, 1, 2]) {
    await count(database, (tally) => {
      for (let ms = 1 + part; ms <= 999; ms += 3) tally.measure(at(-100 + part), 'run', ms);
    });
  }
  const answer = await database.read((trx) => readSeries(trx, { metrics: [], ...range(-120, 0, 60) }, new Date(at(0))));
  const run = must(answer.latency.find(({ metric }) => metric === 'run'));
  expect(run.p50[1]).toBeNull();
  for (const [line, exact] of [
    [run.p50, 500],
    [run.p95, 949],
    [run.p99, 989],
  ] as const) {
    expect(Math.abs(must(line[0]) - exact) / exact).toBeLessThan(0.03);
  }
});

test('the summary has rates over the last minute, the counts and how long the oldest task has waited', async () => {
  const database = await newDatabase();
  await count(database, (tally) => {
    for (let second = -60; second < 0; second += 1) tally.count(at(second), 'created', 2, ['format:jpeg']);
    tally.count(at(-300), 'created', 1000);
    tally.count(at(-5), 'failed', 6);
  });
  const idle = await database.read((trx) => readSummary(trx, new Date(at(0))));
  expect(idle).toMatchObject({
    at: at(0),
    in_per_second: 2,
    done_per_second: 0,
    failed_per_second: 0.1,
    oldest_waiting_seconds: null,
  });

  await database.write((trx) =>
    acceptImages(trx, topics, [newImage({ created_at: at(-42) }), newImage({ created_at: at(-3) })]),
  );
  const waiting = await database.read((trx) => readSummary(trx, new Date(at(0))));
  expect(waiting).toMatchObject({ oldest_waiting_seconds: 42, counts: { queued: 2, done: 0 } });
});

test('buckets are kept for their time, the longest for good', async () => {
  const database = await newDatabase();
  const days = (n: number) => -n * 86_400;
  await count(database, (tally) => {
    for (const moment of [0, days(2), days(31), days(400)]) {
      tally.count(at(moment), 'done');
      tally.measure(at(moment), 'run', 5);
    }
  });
  await database.write((trx) => pruneBuckets(trx, new Date(at(0))));
  for (const table of ['buckets', 'bucket_latency'] as const) {
    const kept = await database.read((trx) => trx.selectFrom(table).select('step').orderBy('step').execute());
    expect(kept.map(({ step }) => step)).toEqual([10, 60, 60, 3600, 3600, 3600, 3600]);
  }
});

async function count(database: Database, fill: (tally: Tally) => void): Promise<void> {
  const tally = new Tally();
  fill(tally);
  await database.write((trx) => countInto(trx, tally));
}
