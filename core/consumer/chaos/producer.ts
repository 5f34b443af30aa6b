import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '#core/broker/broker.ts';
import { runProgram } from '#core/program.ts';
import { openLog } from '#core/telemetry/log.ts';
import { Random } from '../model/random.ts';
import { Journal, type Kind } from './journal.ts';
import { openMeeting, ownSetup } from './setup.ts';

const keys = 24;
const everyMs = 20;
const kinds: Record<Kind, number> = {
  quick: 900,
  slow: 50,
  long: 6,
  blocking: 5,
  flaky: 30,
  hopeless: 10,
  malformed: 7,
};

/** Sends without end, each message until it is acknowledged, and writes down where those are that were. */
const setup = ownSetup();
const random = new Random(setup.seed);
const journal = new Journal(setup.journal);

runProgram('producer', async (toldToStop) => {
  const log = openLog(setup.name, 'debug');
  await using broker = await openMeeting(setup.meeting, log);
  let stopping = false;
  void toldToStop.then(() => (stopping = true));
  const started = performance.now();
  let sent = 0;
  while (!stopping) {
    await delay(everyMs);
    const due = Math.floor(((performance.now() - started) * setup.messagesPerSecond) / 1_000);
    const drafts = Array.from({ length: Math.min(due - sent, 100) }, draft);
    sent += drafts.length;
    if (drafts.length > 0) await send(drafts);
  }

  async function send(drafts: Draft[]): Promise<void> {
    for (;;) {
      try {
        const appended = await broker.publish(setup.topic, drafts.map(toMessage));
        appended.forEach((place, index) => {
          const sentOne = drafts[index];
          if (sentOne) journal.write({ what: 'acked', ...place, ...sentOne });
        });
        return;
      } catch (error) {
        log.warn({ err: error }, 'not sent');
        await delay(100);
      }
    }
  }
});

interface Draft {
  key: string | null;
  kind: Kind;
}

function draft(): Draft {
  const key = random.chance(0.05) ? null : `k${random.between(1, keys)}`;
  return { key, kind: random.weighted(kinds) ?? 'quick' };
}

function toMessage({ key, kind }: Draft): Message {
  return { key, value: Buffer.from(kind === 'malformed' ? '{' : JSON.stringify({ kind })), headers: {} };
}
