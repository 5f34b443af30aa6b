import { duration } from '../shell/format.ts';
import type { ChartLine } from './chart-line.ts';
import type { ChartRow } from './chart-rows.ts';
import classes from './overview.module.css';

interface ChartTooltipProps {
  row: ChartRow | undefined;
  lines: readonly ChartLine[];
  step: number;
  format: (value: number) => string;
}

/** The numbers under the pointer. */
export function ChartTooltip({ row, lines, step, format }: ChartTooltipProps) {
  if (!row) return null;
  return (
    <div className={classes.tooltip}>
      <p>
        {new Date(row.at).toLocaleTimeString('en-GB')}, {duration(step * 1000)}
        {row.isFilling && ', still filling'}
      </p>
      <ul>
        {lines.map(({ key, name, colour }) => (
          <li key={key}>
            <i style={{ borderColor: colour }} />
            {name}
            <b>{typeof row.values[key] === 'number' ? format(row.values[key]) : '–'}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
