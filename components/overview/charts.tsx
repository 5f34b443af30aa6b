'use client';

import { useMemo } from 'react';
import type { StatsSeries } from '../../core/domain/api.ts';
import { BarsChart } from './bars-chart.tsx';
import { causeWords } from './causes.ts';
import { ChartFrame } from './chart-frame.tsx';
import { errorRows, latencyRows, throughputRows } from './chart-rows.ts';
import { count, duration } from '../shell/format.ts';
import { LinesChart } from './lines-chart.tsx';
import classes from './overview.module.css';
import { ranges, type RangeName } from './range.ts';

interface ChartsProps {
  series: StatsSeries;
  /** When the series was asked for: what ends later is still filling. */
  readAt: number;
  range: RangeName;
}

const causeColours = ['#d13a43', '#b77400', '#8a5fd8', '#12908c', '#3d7ee6', '#868c98'];

/** What happened lately. Every chart is drawn from the counts the server keeps, so a reload shows the same. */
export function Charts({ series, readAt, range }: ChartsProps) {
  const throughput = useMemo(() => throughputRows(series, readAt), [series, readAt]);
  const errors = useMemo(() => errorRows(series, readAt), [series, readAt]);
  const latency = useMemo(() => latencyRows(series, readAt), [series, readAt]);
  const { title, stepWords } = ranges[range];
  const common = { range, step: series.step };
  const causes = errors.causes.map((cause, index) => ({
    key: cause,
    name: causeWords(cause),
    colour: causeColours[Math.min(index, causeColours.length - 1)] ?? '',
  }));

  return (
    <div className={classes.charts}>
      <ChartFrame
        title="Throughput"
        subtitle={`Pictures per ${stepWords}, ${title}`}
        className={classes.wide}
        rows={throughput}
        lines={throughputLines}
        format={count}
      >
        <BarsChart {...common} rows={throughput} lines={throughputLines} format={count} />
      </ChartFrame>
      <ChartFrame
        title="Errors by cause"
        subtitle={`Failed pictures per ${stepWords}`}
        rows={errors.rows}
        lines={causes}
        format={count}
        empty={causes.length === 0 ? `No picture failed in ${title}.` : null}
      >
        <BarsChart {...common} stacked rows={errors.rows} lines={causes} format={count} />
      </ChartFrame>
      <ChartFrame
        title="Wait and run time"
        subtitle="Half of the pictures took less than p50, 95 % less than p95"
        rows={latency}
        lines={latencyLines}
        format={duration}
        empty={
          latency.some(({ values }) => Object.values(values).some((value) => value !== null))
            ? null
            : 'Nothing ended in this time.'
        }
      >
        <LinesChart {...common} rows={latency} lines={latencyLines} format={duration} />
      </ChartFrame>
    </div>
  );
}

const throughputLines = [
  { key: 'created', name: 'Accepted', colour: 'var(--chart-created)' },
  { key: 'done', name: 'Done', colour: 'var(--chart-done)' },
];

const latencyLines = [
  { key: 'wait p50', name: 'Wait p50', colour: 'var(--chart-wait)' },
  { key: 'wait p95', name: 'Wait p95', colour: 'var(--chart-wait)', dashed: true },
  { key: 'run p50', name: 'Run p50', colour: 'var(--chart-run)' },
  { key: 'run p95', name: 'Run p95', colour: 'var(--chart-run)', dashed: true },
];
