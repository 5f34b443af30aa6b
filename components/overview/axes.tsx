import { clock } from '../shell/format.ts';
import type { RangeName } from './range.ts';

/** Axes and grid alike in every chart. */
export const axisText = { fill: 'var(--ink-soft)', fontSize: 12 };
export const gridLines = { stroke: 'var(--line)', vertical: false } as const;
/** Until the frame is measured. */
export const firstSize = { width: 600, height: 200 };
export const chartMargin = { top: 6, right: 4, bottom: 0, left: 0 };

const marks: Record<RangeName, number> = { '15m': 180_000, '1h': 600_000, '24h': 14_400_000 };

/** Round times within the chart for its axis. */
export function timeTicks(rows: readonly { at: number }[], range: RangeName): number[] {
  const every = marks[range];
  const offset = new Date().getTimezoneOffset() * 60_000;
  return rows.map(({ at }) => at).filter((at) => (at - offset) % every === 0);
}

export const timeOfDay = (at: number): string => clock(at);
