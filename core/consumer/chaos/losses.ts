import type { History } from './history.ts';
import type { Entry } from './journal.ts';

/** A message of the dead-letter topic, by the place it came from. */
export interface Letter {
  place: string;
  reason: string;
}

export interface Endings {
  /** Acknowledged messages that were neither handled nor put to the dead letters. */
  lost: string[];
  violations: string[];
}

/** What became of every message that the producer was told is durable. `fast`: where losses have a cause they may be. */
export function endingsOf(history: History, entries: Entry[], letters: Letter[], fast: boolean): Endings {
  const reasons = new Map(letters.map(({ place, reason }) => [place, reason]));
  const lost: string[] = [];
  const violations: string[] = [];
  for (const { at, ...entry } of entries) {
    if (entry.what !== 'acked') continue;
    const place = `${entry.partition}/${entry.offset}`;
    const calls = history.completions.get(place) ?? [];
    const reason = reasons.get(place);
    if (reason === undefined && !calls.some(({ gaveUp }) => !gaveUp)) {
      lost.push(place);
      if (!fast || !mayBeMissed(history, entry.partition, at)) violations.push(`${place} was lost`);
    }
    const deserved = entry.kind === 'malformed' ? 'malformed' : 'processing_failed';
    if (reason !== undefined && reason !== deserved)
      violations.push(`${place} is ${entry.kind}, and dead for ${reason}`);
    if (reason === 'processing_failed' && !calls.some(({ gaveUp }) => gaveUp)) {
      violations.push(`${place} is a dead letter without its attempts`);
    }
  }
  return { lost, violations };
}

/** True where the partition was lost by one whose commit may have covered a message that it had only read. */
function mayBeMissed(history: History, partition: number, sentAt: number): boolean {
  return [...history.tenures.values()].some((tenure) => {
    if (tenure.partition !== partition || tenure.lost === Number.POSITIVE_INFINITY) return false;
    return tenure.commits.some(({ granted, asked }) => granted && asked >= sentAt);
  });
}
