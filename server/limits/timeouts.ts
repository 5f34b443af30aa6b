/**
 * How long a connection may take with what it has to say. Node's own time-out for a request is one number for all, and an
 * upload may rightly last for hours: so bodies are watched here (see `bodies.ts`).
 */
export interface Timeouts {
  /** Until the header of a request is complete. */
  headersMs: number;
  /** Until a body brings its next byte. */
  silentMs: number;
  /** Until a body that is no upload is complete; until what is left of one that was answered before its end is. */
  bodyMs: number;
  /** An upload brings at least so many bytes a second, counted over `paceMs`. */
  bytesPerSecond: number;
  paceMs: number;
  /** A connection that asks nothing more is kept; longer than proxies do, so that it is they who end it. */
  keepAliveMs: number;
  /** How often all this is looked at. */
  checkMs: number;
}

export const defaultTimeouts: Timeouts = {
  headersMs: 15_000,
  silentMs: 30_000,
  bodyMs: 15_000,
  bytesPerSecond: 1024,
  paceMs: 60_000,
  keepAliveMs: 72_000,
  checkMs: 1000,
};
