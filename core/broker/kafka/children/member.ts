import type { Assignment } from '../../broker.ts';
import { openKafka } from '../testing/open.ts';

/** A member of a group that says what it gets, and does as it is told. */
export type Told = { commit: number } | { close: true };
export type Says = { got: number } | { lost: number } | { committed: number; error: string | null } | { closed: true };

const [bootstrap = '', prefix = '', session = ''] = process.argv.slice(2);
const broker = openKafka(bootstrap, { KAFKA_SESSION_TIMEOUT_MS: session }, prefix);
const say = (what: Says) => process.send?.(what);
let first: Assignment | null = null;

process.on('message', (told: Told) => void obey(told));

async function obey(told: Told): Promise<void> {
  if ('close' in told) {
    await broker.close();
    say({ closed: true });
    process.disconnect?.();
    return;
  }
  const error = await first?.commit(told.commit).then(
    () => null,
    (reason: { code: string }) => reason.code,
  );
  say({ committed: told.commit, error: error ?? null });
}

const batches = broker.consume({
  topics: ['six'],
  group: 'group',
  member: 'child',
  from: 'earliest',
  maxBatch: 100,
  signal: new AbortController().signal,
  onAssigned: (assignment) => {
    if (assignment.partition === 0) first ??= assignment;
    say({ got: assignment.partition });
    assignment.lost.addEventListener('abort', () => say({ lost: assignment.partition }));
  },
});
for await (const _ of batches);
