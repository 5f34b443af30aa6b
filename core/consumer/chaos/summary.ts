import type { ChaosOptions } from './chaos.ts';
import type { Entry } from './journal.ts';
import type { Verdict } from './referee.ts';

/** What happened in a run, for a person to read. */
export function summaryOf({ mode, seed }: ChaosOptions, verdict: Verdict, entries: Entry[]): string {
  const count = (what: Entry['what']) => entries.filter((entry) => entry.what === what).length;
  const seconds = Math.round(((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1_000);
  const { lost, duplicates, outages, zombieCalls } = verdict;
  const takeovers = verdict.takeovers.toSorted((a, b) => a - b);
  const frozen = [...verdict.history.members.values()].flatMap(({ freezes }) =>
    freezes.map(({ from, to }) => to - from),
  );
  return [
    `${mode}, seed ${seed}, ${seconds} s: ${count('acked')} messages, ${count('began')} calls`,
    `  ${count('joined')} joined, ${count('leaving')} left, ${count('killed')} killed, ${count('frozen')} frozen` +
      ` (longest ${Math.round(Math.max(0, ...frozen.filter(Number.isFinite)) / 1_000)} s)`,
    `  lost ${lost.length}; done again: ${duplicates.killed} killed, ${duplicates.frozen} frozen, ${duplicates.rebalanced} rebalanced`,
    `  takeovers after a kill: ${takeovers.length}, p50 ${takeovers[takeovers.length >> 1] ?? '-'} ms, max ${takeovers.at(-1) ?? '-'} ms`,
    `  begun by one that was thawed where another had taken over: ${zombieCalls.length}, last after ${Math.max(0, ...zombieCalls)} ms`,
    `  the log was held up ${outages.length} times`,
  ].join('\n');
}
