import { killAtPoints } from './kill-at-points.ts';

killAtPoints({ every: 1 });
