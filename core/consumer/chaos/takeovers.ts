import { within, type Span } from './excuses.ts';
import type { Call, History } from './history.ts';
import type { Entry } from './journal.ts';

const changes = new Set<Entry['what']>(['joined', 'killed', 'frozen', 'thawed', 'leaving']);

/**
 * Milliseconds from each kill to the first call for each partition that the killed one held, where nothing else happened to
 * the group meanwhile and nobody was frozen.
 */
export function takeoversOf(history: History, entries: Entry[], outages: Span[]): number[] {
  const calls = [...history.calls.values()];
  const disturbances = entries.filter(({ what }) => changes.has(what)).map(({ at }) => at);
  const members = [...history.members.values()];
  return [...history.tenures.values()].flatMap(({ member, partition, lost }) => {
    const { killed } = member;
    if (killed === null || lost !== killed || within(outages, killed)) return [];
    if (members.some(({ freezes }) => freezes.some(({ from, to }) => from <= killed && killed <= to))) return [];
    const heir = calls.find((call) => isHeir(call, killed));
    if (!heir || disturbances.some((at) => killed < at && at <= heir.began)) return [];
    return [heir.began - killed];

    function isHeir(call: Call, since: number): boolean {
      return call.partition === partition && call.began > since && call.member !== member;
    }
  });
}
