'use client';

import { Bar, BarChart, CartesianGrid, Cell, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { axisText, chartMargin, firstSize, gridLines, timeOfDay, timeTicks } from './axes.tsx';
import type { ChartLine } from './chart-line.ts';
import type { ChartRow } from './chart-rows.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import type { RangeName } from './range.ts';

interface BarsChartProps {
  rows: ChartRow[];
  lines: readonly ChartLine[];
  range: RangeName;
  step: number;
  stacked?: boolean;
  format: (value: number) => string;
}

/** Counts as bars, side by side or stacked; the one that still fills is lighter. */
export function BarsChart({ rows, lines, range, step, stacked = false, format }: BarsChartProps) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={firstSize}>
      <BarChart data={rows} margin={chartMargin} barGap={0} barCategoryGap="18%" accessibilityLayer={false}>
        <CartesianGrid {...gridLines} />
        <XAxis
          dataKey="at"
          ticks={timeTicks(rows, range)}
          tickFormatter={timeOfDay}
          tick={axisText}
          tickLine={false}
          axisLine={false}
        />
        <YAxis
          width={40}
          allowDecimals={false}
          tickFormatter={format}
          tick={axisText}
          tickLine={false}
          axisLine={false}
        />
        <Tooltip
          cursor={{ fill: 'var(--hover)' }}
          isAnimationActive={false}
          content={(tooltip) => (
            <ChartTooltip row={tooltip.payload[0]?.payload as ChartRow} lines={lines} step={step} format={format} />
          )}
        />
        {lines.map(({ key, colour }) => (
          <Bar
            key={key}
            dataKey={(row: ChartRow) => row.values[key] ?? 0}
            stackId={stacked ? 'all' : undefined}
            fill={colour}
            isAnimationActive={false}
          >
            {rows.map(({ at, isFilling }) => (
              <Cell key={at} fillOpacity={isFilling ? 0.4 : 1} />
            ))}
          </Bar>
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
