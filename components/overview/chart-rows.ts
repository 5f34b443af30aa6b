import type { StatsSeries } from '../../core/domain/api.ts';

/** One bar or point of the charts: what happened in [at, at + step). */
export interface ChartRow {
  /** Milliseconds. */
  at: number;
  /** Its time is not over: the value still grows. */
  isFilling: boolean;
  values: Record<string, number | null>;
}

const causePrefix = 'cause:';

function rowsOf(series: StatsSeries, now: number, lines: Record<string, readonly (number | null)[]>): ChartRow[] {
  const start = Date.parse(series.from);
  const stepMs = series.step * 1000;
  const length = Math.round((Date.parse(series.to) - start) / stepMs);
  return Array.from({ length }, (_, index) => {
    const at = start + index * stepMs;
    const values = Object.fromEntries(Object.entries(lines).map(([name, points]) => [name, points[index] ?? null]));
    return { at, isFilling: at + stepMs > now, values };
  });
}

/** Pictures accepted and pictures done. */
export function throughputRows(series: StatsSeries, now: number): ChartRow[] {
  const line = (metric: string) =>
    series.series.find((each) => each.metric === metric && each.dimension === null)?.points ?? [];
  return rowsOf(series, now, { created: line('created'), done: line('done') });
}

/** Failures by cause, the most frequent cause first. */
export function errorRows(series: StatsSeries, now: number): { causes: string[]; rows: ChartRow[] } {
  const lines = series.series
    .filter(({ metric, dimension }) => metric === 'failed' && dimension?.startsWith(causePrefix))
    .map(({ dimension, points }) => ({
      cause: dimension?.slice(causePrefix.length) ?? '',
      points,
      total: points.reduce((sum, n) => sum + n, 0),
    }))
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => b.total - a.total);
  const rows = rowsOf(series, now, Object.fromEntries(lines.map(({ cause, points }) => [cause, points])));
  return { causes: lines.map(({ cause }) => cause), rows };
}

/** Wait and run percentiles in milliseconds. */
export function latencyRows(series: StatsSeries, now: number): ChartRow[] {
  const lines = series.latency.flatMap(({ metric, p50, p95 }) => [
    [`${metric} p50`, p50] as const,
    [`${metric} p95`, p95] as const,
  ]);
  return rowsOf(series, now, Object.fromEntries(lines));
}
