import { expect, test } from 'vitest';
import type { StatsSeries } from '../../core/domain/api.ts';
import { errorRows, latencyRows, throughputRows } from './chart-rows.ts';

const series: StatsSeries = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T00:00:30.000Z',
  step: 10,
  series: [
    { metric: 'created', dimension: null, points: [1, 2, 3] },
    { metric: 'created', dimension: 'format:png', points: [1, 1, 1] },
    { metric: 'done', dimension: null, points: [0, 1, 2] },
    { metric: 'failed', dimension: null, points: [1, 0, 3] },
    { metric: 'failed', dimension: 'cause:decoder_timeout', points: [1, 0, 0] },
    { metric: 'failed', dimension: 'cause:damaged_image', points: [0, 0, 3] },
    { metric: 'failed', dimension: 'cause:worker_died', points: [0, 0, 0] },
  ],
  latency: [{ metric: 'wait', p50: [10, null, 30], p95: [11, null, 31], p99: [12, null, 32] }],
};
const now = Date.parse('2026-01-01T00:00:24.000Z');

test('throughput counts all pictures once, whatever their kinds', () => {
  expect(throughputRows(series, now).map(({ values }) => values)).toEqual([
    { created: 1, done: 0 },
    { created: 2, done: 1 },
    { created: 3, done: 2 },
  ]);
});

test('only the bucket whose time is not over is filling', () => {
  expect(throughputRows(series, now).map(({ isFilling }) => isFilling)).toEqual([false, false, true]);
});

test('errors come by cause, the most frequent first, without causes that did not happen', () => {
  expect(errorRows(series, now).causes).toEqual(['damaged_image', 'decoder_timeout']);
});

test('where nothing ended there is no duration', () => {
  expect(latencyRows(series, now).map(({ values }) => values['wait p95'])).toEqual([11, null, 31]);
});
