'use client';

import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useSearchParams } from 'next/navigation';
import { readSeries } from '../api.ts';
import { useLive, useLiveState } from '../live/use-live.ts';
import { Broken } from '../shell/broken.tsx';
import classes from './overview.module.css';
import { ranges, rangeFrom, type RangeName } from './range.ts';
import { RangePicker } from './range-picker.tsx';
import { Tiles } from './tiles.tsx';

const Charts = dynamic(() => import('./charts.tsx').then((module) => module.Charts), {
  ssr: false,
  loading: () => <ChartsSkeleton />,
});

const refreshMs = 10_000;
const metrics = ['created', 'done', 'failed'] as const;

/** How the house is doing: now in tiles, lately in charts. */
export function Overview() {
  const range = rangeFrom(useSearchParams());
  const live = useLiveState();
  return (
    <div className={classes.overview} data-stale={live.word === 'offline' || undefined}>
      <div className={classes.head}>
        <h1>Overview</h1>
        <RangePicker range={range} />
      </div>
      <Tiles />
      <Lately range={range} />
    </div>
  );
}

function Lately({ range }: { range: RangeName }) {
  const live = useLive();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['series', range],
    queryFn: ({ signal }) => readLately(range, signal),
    enabled: live !== null,
    refetchInterval: refreshMs,
    refetchOnMount: 'always',
  });
  if (data) return <Charts series={data.series} readAt={data.readAt} range={range} />;
  if (!error) return <ChartsSkeleton />;
  return (
    <Broken
      title="The charts cannot be shown"
      detail={error.message}
      retrying={isFetching}
      onRetry={() => void refetch()}
    >
      Nothing is lost; they come from what the server has counted.
    </Broken>
  );
}

async function readLately(range: RangeName, signal: AbortSignal) {
  const { seconds, step } = ranges[range];
  const readAt = Date.now();
  const [from, to] = [new Date(readAt - seconds * 1000), new Date(readAt)].map((at) => at.toISOString()) as [
    string,
    string,
  ];
  return { readAt, series: await readSeries({ metrics, from, to, step }, signal) };
}

function ChartsSkeleton() {
  return (
    <section className={classes.charts} aria-busy="true" aria-label="Loading the charts">
      <Skeleton height={320} radius={12} className={classes.wide} />
      <Skeleton height={320} radius={12} />
      <Skeleton height={320} radius={12} />
    </section>
  );
}
