import { killAtPoints } from './kill-at-points.ts';

/** A sample, another one each day of the month; `kills.soak.ts` takes every point. */
killAtPoints({ every: 6, first: new Date().getUTCDate() });
