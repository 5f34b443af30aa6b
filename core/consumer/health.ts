import type { Pause } from './consumer.ts';

export interface Health {
  /** False where somebody should look: it has ended, it waits for an outage to pass, or its work does not move. */
  ok: boolean;
  reason: string | null;
  assignments: number;
  inFlight: number;
}

/** With work in hand and no message finished for so long, a consumer counts as stalled. */
const stalledAfterMs = 5 * 60_000;

export interface Condition {
  ended: boolean;
  outage: Pause | null;
  paused: Pause | null;
  assignments: number;
  inFlight: number;
  /** Milliseconds since it last finished a message, or was given work after having none. */
  idleMs: number;
}

/** A consumer without a partition is well: another member holds them. */
export function healthOf({ ended, outage, paused, assignments, inFlight, idleMs }: Condition): Health {
  const answer = (ok: boolean, reason: string | null): Health => ({ ok, reason, assignments, inFlight });
  if (ended) return answer(false, 'It has ended.');
  if (outage) return answer(false, `It waits since ${outage.since}: ${outage.code}: ${outage.detail}`);
  if (inFlight > 0 && idleMs >= stalledAfterMs) {
    return answer(false, `It is stalled: nothing was finished for ${Math.round(idleMs / 1000)} s.`);
  }
  if (paused) return answer(true, `It is paused since ${paused.since}: ${paused.code}: ${paused.detail}`);
  if (assignments === 0) return answer(true, 'It holds no partition.');
  return answer(true, null);
}
