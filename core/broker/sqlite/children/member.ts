import type { Assignment } from '../../broker.ts';
import { openSqliteBroker } from '../../sqlite.ts';

/** A member of a group that says what it gets, and does as it is told. */
export type Told = { commit: number } | { block: number };
export type Says =
  | { got: number }
  | { lost: number }
  | { read: string[] }
  | { committed: number; error: string | null }
  | { unblocked: true };

const [path = '', session = '10000', member = 'child'] = process.argv.slice(2);
const broker = await openSqliteBroker({ path, sessionMs: Number(session) });
const say = (what: Says) => process.send?.(what);
let first: Assignment | null = null;

process.on('message', (told: Told) => void obey(told));

async function obey(told: Told): Promise<void> {
  if ('block' in told) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, told.block);
    say({ unblocked: true });
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
  member,
  from: 'earliest',
  maxBatch: 100,
  signal: new AbortController().signal,
  onAssigned: (assignment) => {
    first ??= assignment;
    say({ got: assignment.partition });
    assignment.lost.addEventListener('abort', () => say({ lost: assignment.partition }));
  },
});
for await (const { messages } of batches)
  say({ read: messages.map(({ value }) => Buffer.from(value ?? []).toString()) });
