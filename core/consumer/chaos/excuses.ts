import type { MemberPast } from './history.ts';
import type { Entry } from './journal.ts';

/** So soon after it was thawed a member knows what it has lost. */
const zombieMs = 1_000;
/** So soon after an outage of the log everybody does. */
const graceMs = 3_000;
/** The producer is never silent for so long unless the log takes nothing. */
const silenceMs = 1_500;

export interface Span {
  from: number;
  to: number;
}

/** True where the member cannot yet know that it has lost something: it is frozen, or was thawed a moment ago. */
export function isExcused({ freezes }: MemberPast, at: number): boolean {
  return freezes.some(({ from, to }) => from <= at && at <= to + zombieMs);
}

/**
 * When the log took nothing, with the moment after it in which everybody finds out what became of what they hold. A
 * process that is frozen in the middle of a write to a SQLite file holds up all others until it goes on.
 */
export function outagesOf(entries: Entry[]): Span[] {
  const acked = entries.filter(({ what }) => what === 'acked').map(({ at }) => at);
  return acked.flatMap((at, index) => {
    const next = acked[index + 1] ?? at;
    return next - at > silenceMs ? [{ from: at, to: next + graceMs }] : [];
  });
}

export function within(spans: Span[], at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at <= to);
}
