import type { Commit, LaneRule } from '../consumer.ts';
import type { Random } from './random.ts';

/** What kind of consumer a run is about, and what may happen to it. */
export interface Mode {
  lane: LaneRule;
  commit: Commit;
  batchSize: number;
  onFailure: 'stop' | 'dead-letter';
  /** The results keep the offset, as in folding into a database. */
  exactlyOnce: boolean;
  /** No crash, no freeze, no second member, no fault of the broker: handlers may fail and consumers stop. */
  calm: boolean;
  partitions: number;
  maxGap: number;
}

type Kind = Pick<Mode, 'lane' | 'commit' | 'exactlyOnce'>;

const kinds: [Kind, ...Kind[]] = [
  { lane: 'partition', commit: 'each', exactlyOnce: false },
  { lane: 'partition', commit: 'each', exactlyOnce: true },
  { lane: 'partition', commit: 'watermark', exactlyOnce: false },
  { lane: 'key', commit: 'watermark', exactlyOnce: false },
  { lane: 'key', commit: 'watermark', exactlyOnce: false },
  { lane: 'key', commit: 'each', exactlyOnce: false },
  { lane: 'message', commit: 'watermark', exactlyOnce: false },
  { lane: 'message', commit: 'interval', exactlyOnce: false },
];

export function chooseMode(random: Random): Mode {
  const kind = random.oneOf(...kinds);
  return {
    ...kind,
    batchSize: kind.lane === 'partition' && random.chance(0.5) ? 4 : 1,
    onFailure: random.chance(0.25) ? 'stop' : 'dead-letter',
    calm: random.chance(0.2),
    partitions: random.between(1, 3),
    maxGap: random.oneOf(1, 4, 20),
  };
}
