import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { DarkroomError } from '#core/errors.ts';
import type { Member } from '../log/message-log.ts';
import { Appender } from './appender.ts';
import { Bell } from './bell.ts';
import { openConnection, transaction, walLimitBytes } from './connection.ts';
import { GroupTable } from './groups.ts';
import { Lifeline } from './lifeline.ts';
import { reserveRoom, walBytes } from './reserve.ts';
import { Retention } from './retention.ts';
import {
  answer,
  refusal,
  type FromThread,
  type Request,
  type ThreadOptions,
  type WriterCalls,
} from './thread-calls.ts';
import { TopicTable } from './topics.ts';

/**
 * The thread that writes. What waits is written together: messages in one transaction that survives power loss, the
 * groups' rows in one that survives the death of the process. Answers go out after the commit.
 *
 * The main thread confirms its members at intervals. Where it is late, this thread renews their leases, so that a busy
 * main thread loses nothing; but one that has not been heard of for `stallMs` hangs, and its leases are left to run out. A
 * frozen process renews nothing.
 */
type WriterRequest = Request<WriterCalls>;

const port = parentPort;
if (!port) throw new Error('The writer of the message log runs in a thread of its own.');
const options = workerData as ThreadOptions;

const durable = openConnection(options.path, 'FULL');
const quick = openConnection(options.path, 'NORMAL');
const lifeline = new Lifeline(options.path);
const bell = new Bell(options.path);
const topics = new TopicTable(durable);
const appender = new Appender(durable, topics);
const groups = new GroupTable(quick, topics, lifeline);
const retention = new Retention(quick, options.workKeptMs);
/** Members of this process, and when the main thread last confirmed each. */
const members = new Map<string, { member: Member; confirmed: number }>();

inBackground(() => reserveRoom(options.path));

let waiting: WriterRequest[] = [];
let news = false;

port.on('message', (request: WriterRequest) => {
  if (waiting.push(request) === 1) setImmediate(writeWaiting);
});
const renewing = setInterval(renew, options.leaseMs / 4);
const trimming = setInterval(trim, options.retentionEveryMs);

function writeWaiting(): void {
  const requests = waiting;
  waiting = [];
  for (const request of requests.filter(({ name }) => name === 'ensureTopics')) writeTogether(durable, [request]);
  const appends = requests.filter(({ name }) => name === 'append');
  const others = requests.filter(({ name }) => name !== 'append' && name !== 'ensureTopics');
  writeTogether(durable, appends);
  writeTogether(quick, others);
  if (news) announce();
  const closing = requests.find((request) => request.name === 'close');
  if (closing) close(closing.id);
}

/** One transaction for all. A request that is refused has changed nothing; any other error undoes and refuses them all. */
function writeTogether(db: DatabaseSync, requests: WriterRequest[]): void {
  if (requests.length === 0) return;
  try {
    const answers = transaction(db, () => requests.map(tryRun));
    for (const each of answers) if (each) say(each);
  } catch (error) {
    for (const { id } of requests) say(refusal(id, error));
  }
}

function tryRun(request: WriterRequest): FromThread | null {
  try {
    return request.name === 'close' ? null : answer(request.id, run(request));
  } catch (error) {
    if (error instanceof DarkroomError) return refusal(request.id, error);
    throw error;
  }
}

/** Refuses before it changes anything. */
function run(request: Exclude<WriterRequest, { name: 'close' }>): unknown {
  switch (request.name) {
    case 'ensureTopics':
      return topics.ensure(...request.args);
    case 'append':
      news = true;
      return appender.append(...request.args);
    case 'sync':
      return sync(...request.args);
    case 'release':
      news = true;
      return groups.release(...request.args);
    case 'leave':
      return leave(...request.args);
    case 'commit':
      return groups.commit(...request.args);
    case 'ping':
      return undefined;
  }
}

function sync(member: Member) {
  members.set(member.id, { member, confirmed: performance.now() });
  const { share, changed } = groups.sync(member, options.leaseMs);
  news ||= changed;
  return share;
}

function leave(member: Member): void {
  members.delete(member.id);
  news = true;
  groups.leave(member);
}

function renew(): void {
  const now = performance.now();
  const late = [...members.values()].filter(({ confirmed }) => {
    const silence = now - confirmed;
    return silence > options.leaseMs / 3 && silence < options.stallMs;
  });
  if (late.length === 0) return;
  inBackground(() => {
    for (const { group } of transaction(quick, () => groups.renew(late.map(({ member }) => member))))
      say({ kind: 'group-changed', group });
  });
}

function trim(): void {
  inBackground(() => {
    if (transaction(quick, () => retention.trim(Date.now()))) setImmediate(trim);
    if (walBytes(options.path) > walLimitBytes) quick.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    reserveRoom(options.path);
  });
}

/** With the disk full or the log locked, the next turn tries again. */
function inBackground(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) throw error;
  }
}

function announce(): void {
  news = false;
  options.wake.postMessage(null);
  bell.ring();
}

function say(message: FromThread): void {
  port?.postMessage(message);
}

function close(id: number): void {
  clearInterval(renewing);
  clearInterval(trimming);
  quick.close();
  durable.close();
  lifeline.close();
  bell.close();
  options.wake.close();
  say(answer(id, null));
  port?.close();
}
