import { sql } from 'kysely';
import type { SeriesMetric, StatsSeries, StatsSummary } from '#core/domain/api.ts';
import { bucketSteps, type LatencyMetric } from './bucket-steps.ts';
import type { Reader, Writer } from './database.ts';
import { LatencySketch } from './latency-sketch.ts';
import { countsOf } from './task-counts.ts';

const mostPoints = 2000;
const finest = bucketSteps[0].step;
const rateOverSeconds = 60;
const latencyMetrics: LatencyMetric[] = ['wait', 'run'];

interface SeriesRange {
  metrics: SeriesMetric[];
  from: Date;
  to: Date;
  /** Seconds; the answer's `step` is the next longer one that the stored buckets can give. */
  step: number;
}

/** Chart lines from the time buckets: every point is there, also where nothing happened. */
export async function readSeries(db: Reader, range: SeriesRange, now = new Date()): Promise<StatsSeries> {
  const grid = gridOf(range, now);
  const counts = await readCounts(db, range.metrics, grid);
  const latency = await Promise.all(latencyMetrics.map((metric) => readLatency(db, metric, grid)));
  return {
    from: new Date(grid.start * 1000).toISOString(),
    to: new Date((grid.start + grid.points * grid.step) * 1000).toISOString(),
    step: grid.step,
    series: range.metrics.flatMap((metric) => linesOf(metric, counts, grid)),
    latency,
  };
}

interface Grid {
  start: number;
  step: number;
  points: number;
  /** Which stored buckets are merged: the longest that fit into `step` and are still kept at `start`. */
  stored: number;
}

function gridOf({ from, to, step: asked }: SeriesRange, now: Date): Grid {
  const first = from.getTime() / 1000;
  const last = Math.max(to.getTime() / 1000, first);
  const kept = bucketSteps.filter(({ keptFor }) => first >= now.getTime() / 1000 - keptFor).map(({ step }) => step);
  const shortest = kept[0] ?? finest;
  const step = Math.ceil(Math.max(asked, (last - first) / mostPoints, shortest) / shortest) * shortest;
  const start = Math.floor(first / step) * step;
  return {
    start,
    step,
    points: Math.max(1, Math.ceil((last - start) / step)),
    stored: kept.findLast((stored) => step % stored === 0) ?? shortest,
  };
}

interface CountRow {
  metric: string;
  dimension: string;
  point: number;
  n: number;
}

async function readCounts(db: Reader, metrics: SeriesMetric[], grid: Grid): Promise<CountRow[]> {
  if (metrics.length === 0) return [];
  const { rows } = await sql<CountRow>`
    SELECT metric, dimension, CAST((at - ${grid.start}) / ${grid.step} AS INTEGER) AS point, sum(n) AS n FROM buckets
    WHERE step = ${grid.stored} AND metric IN (${sql.join(metrics)})
      AND at >= ${grid.start} AND at < ${grid.start + grid.points * grid.step}
    GROUP BY 1, 2, 3`.execute(db);
  return rows;
}

function linesOf(metric: SeriesMetric, counts: CountRow[], grid: Grid): StatsSeries['series'] {
  const empty = () => Array.from<number>({ length: grid.points }).fill(0);
  const lines = new Map([['', empty()]]);
  for (const row of counts) {
    if (row.metric !== metric) continue;
    const line = lines.get(row.dimension) ?? empty();
    lines.set(row.dimension, line);
    line[row.point] = row.n;
  }
  return [...lines].map(([dimension, points]) => ({ metric, dimension: dimension || null, points }));
}

async function readLatency(db: Reader, metric: LatencyMetric, grid: Grid): Promise<StatsSeries['latency'][number]> {
  const rows = await db
    .selectFrom('bucket_latency')
    .select(['at', 'bins'])
    .where('step', '=', grid.stored)
    .where('metric', '=', metric)
    .where('at', '>=', grid.start)
    .where('at', '<', grid.start + grid.points * grid.step)
    .execute();
  const sketches = Array.from({ length: grid.points }, () => new LatencySketch());
  for (const { at, bins } of rows) {
    sketches[Math.floor((at - grid.start) / grid.step)]?.merge(LatencySketch.fromBytes(bins));
  }
  const shares = sketches.map((sketch) => sketch.percentiles([0.5, 0.95, 0.99]));
  const line = (n: number) => shares.map((values) => values[n] ?? null);
  return { metric, p50: line(0), p95: line(1), p99: line(2) };
}

/** Where the house stands now. Rates are over the last minute and what the bucket of this moment has so far. */
export async function readSummary(db: Reader, now: Date): Promise<Omit<StatsSummary, 'workers_up' | 'mine'>> {
  const seconds = now.getTime() / 1000;
  const since = Math.floor(seconds / finest) * finest - rateOverSeconds;
  const rows = await db
    .selectFrom('buckets')
    .select((row) => ['metric', row.fn.sum<number>('n').as('n')])
    .where('step', '=', finest)
    .where('metric', 'in', ['created', 'done', 'failed'])
    .where('dimension', '=', '')
    .where('at', '>=', since)
    .groupBy('metric')
    .execute();
  const perSecond = (metric: string) => (rows.find((row) => row.metric === metric)?.n ?? 0) / (seconds - since);
  const waitingSince = await oldestWaiting(db);
  return {
    at: now.toISOString(),
    counts: await countsOf(db),
    in_per_second: perSecond('created'),
    done_per_second: perSecond('done'),
    failed_per_second: perSecond('failed'),
    oldest_waiting_seconds: waitingSince === null ? null : Math.max(0, seconds - Date.parse(waitingSince) / 1000),
  };
}

async function oldestWaiting(db: Reader): Promise<string | null> {
  const { rows } = await sql<{ since: string | null }>`
    SELECT min(status_at) AS since FROM tasks INDEXED BY tasks_waiting WHERE status IN ('queued', 'retrying')`.execute(
    db,
  );
  return rows[0]?.since ?? null;
}

/** Removes the buckets that have been kept long enough. */
export async function pruneBuckets(trx: Writer, now: Date): Promise<void> {
  for (const { step, keptFor } of bucketSteps) {
    const before = now.getTime() / 1000 - keptFor;
    if (before === -Infinity) continue;
    await trx.deleteFrom('buckets').where('step', '=', step).where('at', '<', before).execute();
    await trx.deleteFrom('bucket_latency').where('step', '=', step).where('at', '<', before).execute();
  }
}
