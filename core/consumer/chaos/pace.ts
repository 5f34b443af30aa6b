import type { ChaosOptions } from './chaos.ts';

type Pace = Pick<ChaosOptions, 'sessionMs' | 'takeoverMs' | 'everyMs' | 'faults' | 'messagesPerSecond'>;

/** Some ten seconds, with sessions of two, on a machine that may be busy with other tests. */
export const brief: Pace = {
  sessionMs: 2_000,
  takeoverMs: 10_000,
  everyMs: [400, 1_000],
  faults: { join: 1, leave: 1, kill: 2, watch: 1, doze: 1, sleep: 2, coma: 0 },
  messagesPerSecond: 200,
};

/** Some minutes, with sessions as they are by default. */
export const long: Pace = {
  sessionMs: 10_000,
  takeoverMs: 11_000,
  everyMs: [1_000, 4_000],
  faults: { join: 12, leave: 6, kill: 10, watch: 3, doze: 12, sleep: 6, coma: 1 },
  messagesPerSecond: 200,
};
