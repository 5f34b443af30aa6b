'use client';

import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { axisText, chartMargin, firstSize, gridLines, timeOfDay, timeTicks } from './axes.tsx';
import type { ChartLine } from './chart-line.ts';
import type { ChartRow } from './chart-rows.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import type { RangeName } from './range.ts';

interface LinesChartProps {
  rows: ChartRow[];
  lines: readonly ChartLine[];
  range: RangeName;
  step: number;
  format: (value: number) => string;
}

/** Durations as lines; where nothing ended there is no line. */
export function LinesChart({ rows, lines, range, step, format }: LinesChartProps) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={firstSize}>
      <LineChart data={rows} margin={chartMargin} accessibilityLayer={false}>
        <CartesianGrid {...gridLines} />
        <XAxis
          dataKey="at"
          ticks={timeTicks(rows, range)}
          tickFormatter={timeOfDay}
          tick={axisText}
          tickLine={false}
          axisLine={false}
        />
        <YAxis width={58} tickFormatter={format} tick={axisText} tickLine={false} axisLine={false} />
        <Tooltip
          cursor={{ stroke: 'var(--line-strong)' }}
          isAnimationActive={false}
          content={(tooltip) => (
            <ChartTooltip row={tooltip.payload[0]?.payload as ChartRow} lines={lines} step={step} format={format} />
          )}
        />
        {lines.map(({ key, colour, dashed }) => (
          <Line
            key={key}
            dataKey={(row: ChartRow) => row.values[key] ?? null}
            stroke={colour}
            strokeWidth={1.75}
            strokeDasharray={dashed ? '4 4' : undefined}
            dot={{ r: 1.75, fill: colour, strokeWidth: 0 }}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}
