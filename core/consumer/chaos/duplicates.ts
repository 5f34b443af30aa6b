import { isExcused } from './excuses.ts';
import type { Call, History } from './history.ts';

/** So soon after a handler has ended, or the commit before was answered, its commit is asked for: 25 ms, on a busy machine. */
const promptMs = 1_000;

/** Why a message was done again. */
export type Cause =
  /** Its holder was killed before the commit. */
  | 'killed'
  /** Its holder was frozen before the commit, or ended it when it woke, and another had taken over. */
  | 'frozen'
  /** The partition went to another member between the end of the handler and the commit. */
  | 'rebalanced';

export interface Duplicates {
  counts: Record<Cause, number>;
  violations: string[];
}

/** Explains each completion after the first by what befell the holder that had completed the message before. */
export function duplicatesOf(history: History, oneAtATime: boolean): Duplicates {
  const counts: Record<Cause, number> = { killed: 0, frozen: 0, rebalanced: 0 };
  const violations: string[] = [];
  const repeatedOf = new Map<string, number>();
  for (const [place, completions] of history.completions) {
    completions.slice(1).forEach((later, index) => {
      const earlier = completions[index] as Call;
      const cause = causeOf(earlier, later);
      if (cause) counts[cause] += 1;
      else violations.push(`${place} was completed by ${earlier.tenure.id} and again by ${later.tenure.id}`);
      if (earlier.tenure.held > later.tenure.held) return;
      const repeated = (repeatedOf.get(earlier.tenure.id) ?? 0) + 1;
      repeatedOf.set(earlier.tenure.id, repeated);
      if (oneAtATime && repeated > 1) violations.push(`${earlier.tenure.id} left more than one message uncommitted`);
    });
  }
  return { counts, violations };
}

function causeOf(earlier: Call, later: Call): Cause | null {
  const { tenure, member, ended } = earlier;
  if (tenure === later.tenure) return null;
  if (later.tenure.held < tenure.held) return isExcused(later.member, later.ended) ? 'frozen' : null;
  if (member.freezes.some(({ from }) => ended <= from && from <= tenure.lost) || isExcused(member, ended))
    return 'frozen';
  if (wasCommitted(earlier) || !wasPrompt(earlier)) return null;
  if (tenure.lost === Number.POSITIVE_INFINITY) return null;
  return tenure.lost === member.killed ? 'killed' : 'rebalanced';
}

function wasCommitted({ tenure, nth }: Call): boolean {
  return tenure.commits.some(({ covers, granted, answered }) => covers >= nth && granted && answered <= tenure.lost);
}

/** True where the commit of this call was asked for at once, or as soon as the one before was answered. */
function wasPrompt({ tenure, nth, ended }: Call): boolean {
  const before = tenure.commits.findLast(({ covers }) => covers < nth);
  const next = tenure.commits.find(({ covers }) => covers >= nth);
  if (before && before.answered > ended && !before.granted) return true;
  const possible = Math.max(ended, before?.answered ?? 0);
  return Math.min(next?.asked ?? tenure.lost, tenure.lost) - possible <= promptMs;
}
