import { CommitCheck } from './commits.ts';
import { duplicatesOf, type Duplicates } from './duplicates.ts';
import { outagesOf, type Span } from './excuses.ts';
import { History } from './history.ts';
import type { Entry } from './journal.ts';
import { endingsOf, type Letter } from './losses.ts';
import { OrderCheck } from './order.ts';
import type { ModeName } from './setup.ts';
import { takeoversOf } from './takeovers.ts';
import { zombieCallsOf } from './zombies.ts';

export interface Evidence {
  mode: ModeName;
  entries: Entry[];
  letters: Letter[];
  /** Longest time from a kill to the first call by an heir. */
  takeoverMs: number;
}

export interface Verdict {
  violations: string[];
  lost: string[];
  duplicates: Duplicates['counts'];
  takeovers: number[];
  zombieCalls: number[];
  outages: Span[];
  history: History;
}

/** Judges a run by what its processes wrote down. */
export function judge({ mode, entries, letters, takeoverMs }: Evidence): Verdict {
  const outages = outagesOf(entries);
  const history = new History(mode);
  const violations = [...replay(history, entries, outages, mode)];
  const endings = endingsOf(history, entries, letters, mode === 'fast');
  violations.push(...endings.violations);
  const duplicates = duplicatesOf(history, mode === 'in-order');
  if (mode !== 'fast') violations.push(...duplicates.violations);
  const takeovers = takeoversOf(history, entries, outages);
  for (const ms of takeovers) if (ms > takeoverMs) violations.push(`a takeover took ${ms} ms`);
  for (const { from, to } of outages) {
    const isHeldUp = [...history.members.values()].some(({ freezes }) =>
      freezes.some((freeze) => freeze.from <= to && from <= freeze.to),
    );
    if (!isHeldUp) violations.push(`the log took nothing for ${to - from} ms, and nobody was frozen`);
  }
  return {
    violations,
    lost: endings.lost,
    duplicates: duplicates.counts,
    takeovers,
    zombieCalls: zombieCallsOf(history),
    outages,
    history,
  };
}

function* replay(history: History, entries: Entry[], outages: Span[], mode: ModeName): Generator<string> {
  const order = new OrderCheck(history, entries, outages, mode !== 'fast');
  const commits = new CommitCheck(history, entries);
  for (const entry of entries) {
    history.take(entry);
    if (entry.what === 'asked' && history.tenureOf(entry).commits.at(-2)?.answered === Number.POSITIVE_INFINITY) {
      yield `${entry.member} commits ${entry.partition} twice at once`;
    }
    if (entry.what === 'crashed') yield `${entry.member} ended by itself`;
    if (entry.what === 'committed' && mode !== 'fast') yield* commits.committed(entry.partition, entry.offset);
    if (entry.what !== 'began') continue;
    const call = history.calls.get(`${entry.member}/${entry.call}`);
    if (call) yield* order.began(call, entry.kind === 'malformed');
  }
}
