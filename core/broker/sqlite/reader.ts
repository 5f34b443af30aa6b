import { parentPort, workerData } from 'node:worker_threads';
import type { Position } from '../log/message-log.ts';
import { listen } from './bell.ts';
import { openConnection } from './connection.ts';
import { PartitionReader } from './partition-reader.ts';
import {
  answer,
  refusal,
  type FromThread,
  type ReaderCalls,
  type Request,
  type ThreadOptions,
} from './thread-calls.ts';
import { TopicTable } from './topics.ts';

/**
 * The thread that reads, so that no reader waits behind a writer's disk. A fetch that finds nothing waits here and is
 * tried again when this process's writer says so, when the bell of another rings, and, should a ring be missed, at the next
 * look at SQLite's change counter.
 */
type ReaderRequest = Request<ReaderCalls>;

const lookEveryMs = 250;

const port = parentPort;
if (!port) throw new Error('The reader of the message log runs in a thread of its own.');
const options = workerData as ThreadOptions;

const db = openConnection(options.path, 'NORMAL');
db.exec('PRAGMA query_only = ON');
const log = new PartitionReader(db, new TopicTable(db));
const fetches = new Map<number, { positions: Position[]; max: number }>();
/** Groups with members in this process, and the version last told. */
const groups = new Map<string, number>();
const stopListening = listen(options.path, look);
let looking: NodeJS.Timeout | null = null;
let seen = log.dataVersion();

options.wake.on('message', look);
port.on('message', (request: ReaderRequest) => {
  try {
    run(request);
  } catch (error) {
    say(refusal(request.id, error));
  }
  lookWhileWaitedFor();
});

function run(request: ReaderRequest): void {
  switch (request.name) {
    case 'fetch':
      return fetch(request.id, ...request.args);
    case 'cancel':
      return cancel(...request.args);
    case 'offsets':
      return say(answer(request.id, log.offsets(...request.args)));
    case 'lag':
      return say(answer(request.id, log.lag(...request.args)));
    case 'watchGroup':
      groups.set(request.args[0], -1);
      return tellGroups();
    case 'unwatchGroup':
      groups.delete(request.args[0]);
      return;
    case 'ping':
      log.dataVersion();
      return say(answer(request.id, null));
    case 'close':
      return close(request.id);
  }
}

function fetch(id: number, positions: Position[], max: number): void {
  fetches.set(id, { positions, max });
  tryFetch(id, positions, max);
}

function tryFetch(id: number, positions: Position[], max: number): void {
  const batch = log.fetch(positions, max);
  if (!batch) return;
  fetches.delete(id);
  port?.postMessage(answer(id, batch), [batch.values.buffer]);
}

function cancel(id: number): void {
  if (fetches.delete(id)) say(answer(id, null));
}

function look(): void {
  const version = log.dataVersion();
  if (version === seen) return;
  seen = version;
  for (const [id, { positions, max }] of fetches) {
    try {
      tryFetch(id, positions, max);
    } catch (error) {
      fetches.delete(id);
      say(refusal(id, error));
    }
  }
  tellGroups();
}

function tellGroups(): void {
  for (const [group, told] of groups) {
    const version = log.groupVersion(group);
    if (version === told) continue;
    groups.set(group, version);
    say({ kind: 'group-changed', group });
  }
}

function lookWhileWaitedFor(): void {
  const waitedFor = fetches.size > 0 || groups.size > 0;
  if (waitedFor) looking ??= setInterval(look, lookEveryMs);
  else if (looking) {
    clearInterval(looking);
    looking = null;
  }
}

function say(message: FromThread): void {
  port?.postMessage(message);
}

function close(id: number): void {
  stopListening();
  if (looking) clearInterval(looking);
  for (const fetch of fetches.keys()) cancel(fetch);
  groups.clear();
  options.wake.close();
  db.close();
  say(answer(id, null));
  port?.close();
}
