import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import type { MessageBroker } from '#core/broker/broker.ts';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { openLog } from '#core/telemetry/log.ts';
import { Violation } from '../model/ledger.ts';
import { Crowd } from './crowd.ts';
import { Driver } from './driver.ts';
import { Journal, JournalReader } from './journal.ts';
import type { Letter } from './losses.ts';
import { planOf, type Pace } from './plan.ts';
import { judge, type Verdict } from './referee.ts';
import { summaryOf } from './summary.ts';
import { openMeeting, type Meeting, type MeetingPlace, type ModeName, type Setup } from './setup.ts';

const partitions = 6;
const sampleEveryMs = 250;
const drainMs = 120_000;

export interface ChaosOptions extends Pace {
  mode: ModeName;
  /** Says where the processes meet; the folder is the run's own. */
  meet: (folder: string) => MeetingPlace;
  messagesPerSecond: number;
  /** Longest time from a kill to the first call by an heir. */
  takeoverMs: number;
}

export interface Outcome {
  verdict: Verdict;
  /** The same for a person to read. */
  summary: string;
}

/**
 * Members of one group come and go, are killed and frozen, while a producer sends; then all must drain. Rejects with a Violation that names the seed, and keeps what was written down.
 */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-chaos-'));
  try {
    const outcome = await play(options, folder);
    await rm(folder, { recursive: true });
    return outcome;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Violation(`SEED=${options.seed}, ${options.mode}, ${folder}: ${what}`, { cause });
  }
}

async function play(options: ChaosOptions, folder: string): Promise<Outcome> {
  const { mode, seed, messagesPerSecond } = options;
  const meeting: Meeting = { ...options.meet(folder), sessionMs: options.sessionMs };
  const [topic, group, path] = [`chaos-${randomUUID()}`, `chaos-${randomUUID()}`, join(folder, 'journal')];
  await using broker = await openMeeting(meeting, openLog('chaos', 'silent'));
  await broker.ensureTopics([
    { name: topic, partitions, retention: 'work' },
    { name: deadLetterTopic(topic), partitions: 1, retention: 'work' },
  ]);
  const journal = new Journal(path);
  const reader = new JournalReader(path);
  const setup: Setup = { name: '', meeting, mode, topic, group, journal: path, seed, messagesPerSecond };
  const crowd = new Crowd(setup, journal);
  const sampling = new AbortController();
  const sampled = sample(broker, setup, journal, sampling.signal);
  try {
    for (let count = 0; count < 3; count += 1) crowd.join();
    const driver = new Driver(crowd, reader);
    await driver.run(planOf(options));
    journal.write({ what: 'calm' });
    await driver.allWork();
    await crowd.stopProducing();
    await drained(broker, setup);
    for (const name of crowd.names('up')) crowd.leave(name);
    await crowd.gone();
  } finally {
    sampling.abort();
    await sampled;
    await crowd.killAll();
    reader.read();
    reader.close();
    journal.close();
  }
  const { entries } = reader;
  const letters = await readLetters(broker, deadLetterTopic(topic));
  const verdict = judge({ mode, entries, letters, takeoverMs: options.takeoverMs });
  const summary = summaryOf(options, verdict, entries);
  if (verdict.violations.length > 0) {
    throw new Violation(
      [`${verdict.violations.length} violations`, ...verdict.violations.slice(0, 20), summary].join('\n'),
    );
  }
  return { verdict, summary };
}

/** Writes down what the group has committed, as often as it changes. */
async function sample(
  broker: MessageBroker,
  { group, topic }: Setup,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const before = new Map<number, number>();
  try {
    for await (const _ of setInterval(sampleEveryMs, null, { signal })) {
      const lags = await broker.lag(group, [topic]).catch(() => []);
      for (const { partition, committed } of lags) {
        if (committed === null || committed === before.get(partition)) continue;
        before.set(partition, committed);
        journal.write({ what: 'committed', partition, offset: committed });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function drained(broker: MessageBroker, { group, topic }: Setup): Promise<void> {
  const signal = AbortSignal.timeout(drainMs);
  for await (const _ of setInterval(sampleEveryMs, null, { signal })) {
    const lags = await broker.lag(group, [topic]);
    if (lags.every(({ messages }) => messages === 0)) return;
  }
}

async function readLetters(broker: MessageBroker, topic: string): Promise<Letter[]> {
  const [end] = await broker.offsets(topic);
  const letters: Letter[] = [];
  const ending = new AbortController();
  const tail = broker.tail({ topics: [topic], from: { [topic]: { 0: 0 } }, maxBatch: 500, signal: ending.signal });
  for await (const messages of end?.next ? tail : []) {
    for (const { headers } of messages) {
      letters.push({
        place: `${headers['dlq-partition']}/${headers['dlq-offset']}`,
        reason: headers['dlq-reason'] ?? '',
      });
    }
    if ((messages.at(-1)?.offset ?? 0) + 1 >= (end?.next ?? 0)) ending.abort();
  }
  return letters;
}
