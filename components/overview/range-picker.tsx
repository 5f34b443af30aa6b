'use client';

import Link from 'next/link';
import classes from './overview.module.css';
import { rangeNames, ranges, type RangeName } from './range.ts';

/** The one range of time that all charts show. */
export function RangePicker({ range }: { range: RangeName }) {
  return (
    <nav className={classes.ranges} aria-label="Time range">
      {rangeNames.map((name) => (
        <Link
          key={name}
          href={`/overview?range=${name}`}
          replace
          scroll={false}
          aria-current={name === range || undefined}
          aria-label={ranges[name].title}
        >
          {ranges[name].words}
        </Link>
      ))}
    </nav>
  );
}
