import type { MessageBroker } from '#core/broker/broker.ts';
import { openBroker } from '#core/broker/open.ts';
import { openSqliteBroker } from '#core/broker/sqlite.ts';
import { readConfig } from '#core/config.ts';
import type { Log } from '#core/telemetry/log.ts';
import { byKey, fast, inOrder } from '../consumer.ts';

export const modes = {
  'in-order': { ...inOrder, concurrency: 8 },
  'by-key': { ...byKey, concurrency: 16 },
  fast: { ...fast, concurrency: 32 },
};
export type ModeName = keyof typeof modes;

export const retry = { attempts: 3, minDelayMs: 50, maxDelayMs: 400 };

/** Where the processes of a run meet. */
export type MeetingPlace = { log: 'sqlite'; path: string } | { log: 'kafka'; bootstrap: string };
export type Meeting = MeetingPlace & { sessionMs: number };

/** What every process of a run is told, as JSON in its first argument. */
export interface Setup {
  /** Of this process. */
  name: string;
  meeting: Meeting;
  mode: ModeName;
  topic: string;
  group: string;
  /** Path of the journal. */
  journal: string;
  /** What the producer sends. */
  seed: number;
  messagesPerSecond: number;
}

export function ownSetup(): Setup {
  return JSON.parse(process.argv[2] ?? '') as Setup;
}

export async function openMeeting(meeting: Meeting, log: Log): Promise<MessageBroker> {
  if (meeting.log === 'sqlite') return openSqliteBroker(meeting);
  const { bootstrap, sessionMs } = meeting;
  const settings = { KAFKA_BOOTSTRAP_SERVERS: bootstrap, KAFKA_SESSION_TIMEOUT_MS: `${sessionMs}` };
  return openBroker(readConfig({ KAFKA_ENABLED: 'true', ...settings }), log);
}
