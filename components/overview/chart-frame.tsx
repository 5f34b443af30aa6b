'use client';

import { Button } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { clock } from '../shell/format.ts';
import type { ChartLine } from './chart-line.ts';
import type { ChartRow } from './chart-rows.ts';
import classes from './overview.module.css';

interface ChartFrameProps {
  title: string;
  subtitle: string;
  rows: readonly ChartRow[];
  lines: readonly ChartLine[];
  format: (value: number) => string;
  /** What to say in place of a chart of nothing. */
  empty?: string | null;
  className?: string;
  children: ReactNode;
}

/** What every chart has: a name, a legend, and the same numbers as a table. */
export function ChartFrame({
  title,
  subtitle,
  rows,
  lines,
  format,
  empty = null,
  className,
  children,
}: ChartFrameProps) {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={`${classes.chart} ${className ?? ''}`} aria-labelledby={id}>
      <div className={classes.chartHead}>
        <div>
          <h2 id={id}>{title}</h2>
          <p>{subtitle}</p>
        </div>
        <Button size="compact-sm" variant="default" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </div>
      {empty !== null && !asTable ? (
        <p className={classes.empty}>{empty}</p>
      ) : asTable ? (
        <ChartTable title={title} rows={rows} lines={lines} format={format} />
      ) : (
        <>
          <ul className={classes.legend}>
            {lines.map(({ key, name, colour, dashed }) => (
              <li key={key}>
                <i style={{ borderColor: colour }} data-dashed={dashed || undefined} aria-hidden="true" />
                {name}
              </li>
            ))}
          </ul>
          <div className={classes.plot} aria-hidden="true">
            {children}
          </div>
        </>
      )}
    </figure>
  );
}

function ChartTable({ title, rows, lines, format }: Pick<ChartFrameProps, 'title' | 'rows' | 'lines' | 'format'>) {
  const told = rows
    .filter(({ values }) => Object.values(values).some((value) => value !== null && value > 0))
    .toReversed();
  if (told.length === 0) return <p className={classes.empty}>Nothing in this time.</p>;
  return (
    // A table longer than its frame scrolls, so the keyboard has to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes.tableScroller} tabIndex={0} aria-label={`${title} as a table`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {lines.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(({ at, isFilling, values }) => (
            <tr key={at}>
              <th scope="row">
                {clock(at)}
                {new Date(at).getSeconds() > 0 && `:${String(new Date(at).getSeconds()).padStart(2, '0')}`}
                {isFilling && ' (still filling)'}
              </th>
              {lines.map(({ key }) => (
                <td key={key}>{values[key] === null || values[key] === undefined ? '–' : format(values[key])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
