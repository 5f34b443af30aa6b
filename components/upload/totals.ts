import type { Entry } from './entry.ts';

/** What the whole queue has done and has yet to do. */
export interface Totals {
  files: number;
  sent: number;
  /** Waiting or being sent. */
  open: number;
  /** Refused, stopped or missing: a person has to look. */
  problems: number;
  bytes: number;
  sentBytes: number;
}

export function totalsOf(entries: Iterable<Entry>): Totals {
  const totals: Totals = { files: 0, sent: 0, open: 0, problems: 0, bytes: 0, sentBytes: 0 };
  for (const { state, bytes, sent } of entries) {
    totals.files += 1;
    if (state === 'sent') totals.sent += 1;
    else if (state === 'waiting' || state === 'sending') totals.open += 1;
    else {
      // What is refused or stopped does not hold back the progress of the rest.
      totals.problems += 1;
      continue;
    }
    totals.bytes += bytes;
    totals.sentBytes += sent;
  }
  return totals;
}

/** Bytes per second, smoothed over the last few seconds so that the time left does not jump. */
export interface Speed {
  at: number;
  sentBytes: number;
  perSecond: number | null;
}

const smoothingMs = 4000;
const minStepMs = 250;

/** The speed once `sentBytes` were on the server at `at`; the same object where too little time has passed to tell. */
export function nextSpeed(speed: Speed | null, sentBytes: number, at: number): Speed {
  // Fewer bytes than before: entries were cleared or a transfer went back. The measure begins anew.
  if (speed === null || sentBytes < speed.sentBytes) return { at, sentBytes, perSecond: speed?.perSecond ?? null };
  const elapsed = at - speed.at;
  if (elapsed < minStepMs) return speed;
  const now = ((sentBytes - speed.sentBytes) / elapsed) * 1000;
  const weight = 1 - Math.exp(-elapsed / smoothingMs);
  return {
    at,
    sentBytes,
    perSecond: speed.perSecond === null ? now : speed.perSecond + (now - speed.perSecond) * weight,
  };
}

/** Seconds until the rest is sent; null where nothing tells yet. */
export function secondsLeft(speed: Speed | null, totals: Totals): number | null {
  if (!speed?.perSecond || totals.open === 0) return null;
  return Math.ceil((totals.bytes - totals.sentBytes) / speed.perSecond);
}
