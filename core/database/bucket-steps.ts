export type LatencyMetric = 'wait' | 'run';

const day = 86_400;

/** The lengths of buckets in seconds, and how long each is kept. */
export const bucketSteps = [
  { step: 10, keptFor: day },
  { step: 60, keptFor: 30 * day },
  { step: 3600, keptFor: Infinity },
] as const;
