/** What a consumer has done since it started. Plain numbers that only rise, for telemetry to read. */
export interface Stats {
  /** Messages taken in, without those that an earlier holder had finished. */
  consumed: number;
  /** Messages whose handler succeeded. */
  handled: number;
  /** Calls of the handler that failed by the fault of what they were given; outages do not count. */
  failed: number;
  /** Failures that were followed by another try. */
  retried: number;
  malformed: number;
  deadLettered: number;
  /** Messages committed before they were finished: a crash at that moment would have lost them. Of `interval` only. */
  committedUnfinished: number;
  /** Messages not handled because an earlier holder had finished them beyond its commit. */
  skipped: number;
  /** Milliseconds since the epoch when a message was last finished; null before the first. */
  lastProgressAt: number | null;
}

export function newStats(): Stats {
  return {
    consumed: 0,
    handled: 0,
    failed: 0,
    retried: 0,
    malformed: 0,
    deadLettered: 0,
    committedUnfinished: 0,
    skipped: 0,
    lastProgressAt: null,
  };
}
