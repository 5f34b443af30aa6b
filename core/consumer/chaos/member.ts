import { setTimeout as delay } from 'node:timers/promises';
import { DarkroomError } from '#core/errors.ts';
import { runProgram } from '#core/program.ts';
import { openLog } from '#core/telemetry/log.ts';
import { startConsumer, type Delivery } from '../consumer.ts';
import { Journal, type Kind } from './journal.ts';
import { modes, openMeeting, ownSetup, retry } from './setup.ts';
import { WitnessedBroker } from './witness.ts';

/** A process with one consumer, whose handler writes down what it does in the moment it does it. */
const setup = ownSetup();
const { name: member, group, topic } = setup;
const journal = new Journal(setup.journal);
let calls = 0;

runProgram(`consumer ${member}`, async (toldToStop) => {
  const log = openLog(member, 'debug');
  await using broker = await openMeeting(setup.meeting, log);
  const witness = new WitnessedBroker(broker, journal, member);
  const consumer = startConsumer<{ kind: Kind }>({
    ...modes[setup.mode],
    broker: witness.broker,
    log,
    name: `kafka_consumer.${group}`,
    group,
    topics: [topic],
    retry,
    onFailure: 'dead-letter',
    handle: ([delivery], { signal, assignment }) => handle(delivery, witness.tenureOf(assignment), signal),
  });
  await Promise.race([toldToStop, consumer.ended]);
  await consumer.stop({ deadlineMs: 3_000 });
});

async function handle(
  delivery: Delivery<{ kind: Kind }> | undefined,
  tenure: number,
  signal: AbortSignal,
): Promise<void> {
  if (!delivery) return;
  const { partition, offset, key } = delivery.message;
  const { kind } = delivery.value;
  const call = calls++;
  journal.write({ what: 'began', member, call, tenure, partition, offset, key, kind });
  await delay(durationOf(kind), undefined, { signal }).catch((error: unknown) => {
    journal.write({ what: 'abandoned', member, call });
    throw error;
  });
  if (kind === 'blocking') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50 + 250 * Math.random());
  if (kind === 'hopeless') {
    journal.write({ what: 'hopeless', member, call });
    throw new DarkroomError('damaged_image', 'It is cut short.');
  }
  if (kind === 'flaky' && Math.random() < 0.6) {
    journal.write({ what: 'failed', member, call });
    throw new DarkroomError('decoder_crashed', 'It died.');
  }
  journal.write({ what: 'ended', member, call });
}

function durationOf(kind: Kind): number {
  if (kind === 'long') return 500 + 1_500 * Math.random();
  if (kind === 'slow') return 20 + 180 * Math.random();
  return 3 * Math.random();
}
