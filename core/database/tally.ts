import { sql, type Compilable } from 'kysely';
import type { SeriesMetric } from '#core/domain/api.ts';
import { bucketSteps, type LatencyMetric } from './bucket-steps.ts';
import type { Writer } from './database.ts';
import { LatencySketch } from './latency-sketch.ts';
import type { BucketLatencyRow, BucketRow } from './schema.ts';
import { chunksOf, runTogether } from './statements.ts';

interface LatencyBucket {
  step: number;
  at: number;
  metric: LatencyMetric;
  sketch: LatencySketch;
}

/** What happened, counted in memory first: a transaction adds a whole batch with a few rows. */
export class Tally {
  readonly counts = new Map<string, BucketRow>();
  readonly latencies = new Map<string, LatencyBucket>();

  /** Counts into the bucket of `at`: under the metric, and under each of the dimensions that tell its kinds apart. */
  count(at: string, metric: SeriesMetric, n = 1, dimensions: string[] = []): void {
    for (const dimension of ['', ...dimensions]) {
      for (const { step, bucket } of bucketsOf(at)) {
        const key = `${step} ${bucket} ${metric} ${dimension}`;
        const row = this.counts.get(key);
        if (row) row.n += n;
        else this.counts.set(key, { step, at: bucket, metric, dimension, n });
      }
    }
  }

  measure(at: string, metric: LatencyMetric, ms: number): void {
    for (const { step, bucket } of bucketsOf(at)) {
      const key = `${step} ${bucket} ${metric}`;
      const entry = this.latencies.get(key) ?? { step, at: bucket, metric, sketch: new LatencySketch() };
      this.latencies.set(key, entry);
      entry.sketch.add(ms);
    }
  }
}

function bucketsOf(at: string): { step: number; bucket: number }[] {
  const seconds = Date.parse(at) / 1000;
  return bucketSteps.map(({ step }) => ({ step, bucket: Math.floor(seconds / step) * step }));
}

/** Adds a tally to the stored buckets. */
export async function countInto(trx: Writer, tally: Tally): Promise<void> {
  await runTogether(trx, [
    ...chunksOf([...tally.counts.values()]).map((chunk) => countUpsert(trx, chunk)),
    ...(await latencyUpserts(trx, [...tally.latencies.values()])),
  ]);
}

function countUpsert(trx: Writer, rows: BucketRow[]): Compilable {
  return trx
    .insertInto('buckets')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['step', 'metric', 'at', 'dimension']).doUpdateSet({ n: sql`buckets.n + excluded.n` }),
    );
}

/** Sketches are merged here and written whole: one row for each bucket instead of one for each bin. */
async function latencyUpserts(trx: Writer, buckets: LatencyBucket[]): Promise<Compilable[]> {
  const upserts: Compilable[] = [];
  for (const chunk of chunksOf(buckets)) {
    const rows = await merged(trx, chunk);
    upserts.push(
      trx
        .insertInto('bucket_latency')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['step', 'metric', 'at']).doUpdateSet({ bins: sql`excluded.bins` })),
    );
  }
  return upserts;
}

async function merged(trx: Writer, buckets: LatencyBucket[]): Promise<BucketLatencyRow[]> {
  const keys = sql.join(buckets.map(({ step, metric, at }) => sql`(${step}, ${metric}, ${at})`));
  const stored = await trx
    .selectFrom('bucket_latency')
    .selectAll()
    .where(sql<boolean>`(step, metric, at) IN (VALUES ${keys})`)
    .execute();
  return buckets.map(({ step, at, metric, sketch }) => {
    const before = stored.find((row) => row.step === step && row.at === at && row.metric === metric);
    if (before) sketch.merge(LatencySketch.fromBytes(before.bins));
    return { step, at, metric, bins: sketch.toBytes() };
  });
}
