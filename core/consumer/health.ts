import type { Pause } from './consumer.ts';

/**
 * What a consumer is at. Somebody should look where it has `ended`, waits for an `outage` to pass, is `stalled` (its work
 * does not move), `unassigned` (what waits is nobody's) or falls `behind`. In the last four it may come right by itself.
 */
export type HealthState = 'running' | 'paused' | 'idle' | 'ended' | 'outage' | 'stalled' | 'unassigned' | 'behind';

export interface Health {
  /** False where somebody should look. */
  ok: boolean;
  state: HealthState;
  /** In words, where there is more to say than that it runs. */
  reason: string | null;
  assignments: number;
  inFlight: number;
}

/** So long a consumer may go without finishing a message that it has in hand, and more. */
export const patienceMs = 5 * 60_000;

export interface Condition {
  ended: boolean;
  outage: Pause | null;
  paused: Pause | null;
  assignments: number;
  inFlight: number;
  /** Milliseconds since it last finished a message, or was given work after having none. */
  idleMs: number;
}

const well: ReadonlySet<HealthState> = new Set(['running', 'paused', 'idle']);

/** As far as a consumer knows by itself: without a partition it is idle, whoever holds them. */
export function healthOf({ ended, outage, paused, assignments, inFlight, idleMs }: Condition): Health {
  const counts = { assignments, inFlight };
  if (ended) return inState('ended', 'It has ended.', counts);
  if (outage) return inState('outage', `It waits since ${wordsFor(outage)}`, counts);
  if (inFlight > 0 && idleMs >= patienceMs) {
    return inState('stalled', `It is stalled: nothing was finished for ${Math.round(idleMs / 1000)} s.`, counts);
  }
  if (paused) return inState('paused', `It is paused since ${wordsFor(paused)}`, counts);
  if (assignments === 0) return inState('idle', 'It holds no partition.', counts);
  return inState('running', null, counts);
}

/** The health of a consumer in that state. */
export function inState(
  state: HealthState,
  reason: string | null,
  { assignments, inFlight }: Pick<Health, 'assignments' | 'inFlight'>,
): Health {
  return { ok: well.has(state), state, reason, assignments, inFlight };
}

function wordsFor({ since, code, detail }: Pause): string {
  return `${since}: ${code}: ${detail}`;
}
