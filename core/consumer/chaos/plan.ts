import { Random } from '../model/random.ts';

/**
 * What is done next to the processes of a run. `watch`: once all are well, one is killed, and nothing else happens until
 * others have taken over. `doze`, `sleep` and `coma` freeze one for less than the session, for more, for a minute and more.
 */
export type Fault = 'join' | 'leave' | 'kill' | 'watch' | 'doze' | 'sleep' | 'coma';

export interface Step {
  fault: Fault;
  afterMs: number;
  /** For freezes. */
  forMs: number;
  /** Says whom it befalls, from 0 up to 1, of those whom it can befall then. */
  whom: number;
}

export interface Pace {
  seed: number;
  sessionMs: number;
  everyMs: [min: number, max: number];
  faults: Record<Fault, number>;
}

/** The faults of one seed, so many of each kind, in an order and at distances that follow from it. */
export function planOf({ seed, sessionMs, everyMs, faults }: Pace): Step[] {
  const random = new Random(seed);
  const left = { ...faults };
  const step = (fault: Fault): Step => ({
    fault,
    afterMs: random.between(...everyMs),
    forMs: Math.round(freezeMs(fault, sessionMs, random)),
    whom: random.next(),
  });
  const steps: Step[] = [];
  const count = Object.values(faults).reduce((sum, each) => sum + each, 0);
  while (steps.length < count) {
    const fault = random.weighted(left);
    if (!fault) break;
    left[fault] -= 1;
    steps.push(step(fault));
  }
  return steps;
}

function freezeMs(fault: Fault, sessionMs: number, random: Random): number {
  if (fault === 'coma') return Math.max(60_000, 2 * sessionMs) + random.between(0, 5_000);
  return fault === 'sleep' ? sessionMs * (1.2 + random.next()) : sessionMs * (0.05 + 0.6 * random.next());
}
