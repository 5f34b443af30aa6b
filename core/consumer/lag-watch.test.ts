import { expect, test } from 'vitest';
import type { PartitionLag } from '#core/broker/broker.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Held } from './consumer.ts';
import { inState, type Health } from './health.ts';
import { LagWatch } from './lag-watch.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const minute = 60_000;
const running = inState('running', null, { assignments: 1, inFlight: 1 });
const idle = inState('idle', 'It holds no partition.', { assignments: 0, inFlight: 0 });

/** A group of one partition that the test moves, in time that it lets pass. */
async function watched(start: { health: Health; unread: number }) {
  const clock = new VirtualClock();
  const group = {
    health: start.health,
    held: [{ topic: 'work', partition: 0, finishedAhead: 0 }] as Held[],
    committed: 0,
    next: start.unread,
    /** When the message at the commit was appended. */
    oldest: clock.now(),
    isAway: false,
  };
  const lag = async (): Promise<PartitionLag[]> => {
    if (group.isAway) throw new DarkroomError('broker_unavailable', 'away');
    const { committed, next, oldest } = group;
    const messages = next - committed;
    return [{ topic: 'work', partition: 0, committed, next, messages, oldest: messages > 0 ? oldest : null }];
  };
  const consumer = { health: () => group.health, held: () => group.held };
  const watch = new LagWatch({ broker: { lag }, clock, consumer, group: 'workers', topics: ['work'] });
  await clock.advance(0);
  /** Lets ten seconds pass so many times, with what happens before each. */
  const pass = async (ms: number, happens: () => void = () => {}) => {
    for (let passed = 0; passed < ms; passed += 10_000) {
      happens();
      await clock.advance(10_000);
    }
  };
  return { watch, clock, group, pass };
}

test('a consumer whose partition nobody else works on, while messages wait there, is not well', async () => {
  const { watch, pass, group } = await watched({ health: idle, unread: 3 });
  expect(watch.health()).toMatchObject({ ok: true, state: 'idle' });
  await pass(5 * minute);
  expect(watch.health()).toMatchObject({
    ok: false,
    state: 'unassigned',
    reason: expect.stringContaining('3 messages'),
  });
  group.committed = 1;
  await pass(10_000);
  expect(watch.health()).toMatchObject({
    ok: true,
    state: 'idle',
    reason: expect.stringContaining('others are at work'),
  });
});

test('a consumer without a partition is well while others work, or while there is nothing to do', async () => {
  const { watch, pass, group } = await watched({ health: idle, unread: 1000 });
  await pass(20 * minute, () => (group.committed += 1));
  expect(watch.health()).toMatchObject({ ok: true, reason: expect.stringContaining('others are at work') });
  group.committed = group.next;
  await pass(20 * minute);
  expect(watch.health()).toMatchObject({ ok: true, reason: expect.stringContaining('nothing waits') });
});

test('messages that wait longer and longer while no fewer are left make a consumer fall behind', async () => {
  const { watch, pass, group } = await watched({ health: running, unread: 5 });
  await pass(4 * minute);
  expect(watch.health()).toBe(group.health);
  await pass(minute);
  expect(watch.health()).toMatchObject({
    ok: false,
    state: 'behind',
    reason: expect.stringMatching(/for 300 s now: the oldest of 5 or more messages has waited 300 s/),
    assignments: 1,
  });
  expect(watch.lag).toEqual({ messages: 5, seconds: 300 });
});

test('more work than can be done makes a consumer fall behind, however busy it is', async () => {
  const { watch, pass, group } = await watched({ health: running, unread: 50 });
  await pass(6 * minute, () => {
    group.next += 10;
    group.committed += 9;
    group.oldest += 9_000;
  });
  expect(watch.health().state).toBe('behind');
});

test('a backlog that is worked off does not count, however old it becomes', async () => {
  const { watch, pass, group } = await watched({ health: running, unread: 1000 });
  await pass(30 * minute, () => (group.committed += 1));
  expect(watch.lag).toEqual({ messages: 820, seconds: 1800 });
  expect(watch.health().ok).toBe(true);
});

test('what is finished beyond one slow message counts as done', async () => {
  const { watch, pass, group } = await watched({ health: running, unread: 1000 });
  let finishedAhead = 0;
  await pass(30 * minute, () => (group.held = [{ topic: 'work', partition: 0, finishedAhead: (finishedAhead += 1) }]));
  expect(watch.lag?.messages).toBe(1000);
  expect(watch.health().ok).toBe(true);
});

test('a load that is kept up with does not count', async () => {
  const { watch, pass, group, clock } = await watched({ health: running, unread: 4 });
  let turn = 0;
  await pass(30 * minute, () => {
    group.next += 10;
    group.committed += 10;
    group.oldest = clock.now() - ((turn += 1) % 3) * 1000;
  });
  expect(watch.health().ok).toBe(true);
});

test.each<[string, (group: Awaited<ReturnType<typeof watched>>['group']) => void, (typeof running)['state']]>([
  ['a pause', (group) => (group.health = inState('paused', '', running)), 'paused'],
  ['an outage', (group) => (group.health = inState('outage', '', running)), 'outage'],
  ['the broker’s silence', (group) => (group.isAway = true), 'running'],
  [
    'another partition',
    (group) => (group.held = [...group.held, { topic: 'x', partition: 1, finishedAhead: 0 }]),
    'running',
  ],
])('%s begins the time anew', async (_, interrupt, state) => {
  const { watch, pass, group } = await watched({ health: running, unread: 5 });
  await pass(4 * minute);
  interrupt(group);
  await pass(10_000);
  expect(watch.health().state).toBe(state);
  [group.health, group.isAway] = [running, false];
  await pass(4 * minute + 50_000);
  expect(watch.health().state).toBe('running');
  await pass(20_000);
  expect(watch.health().state).toBe('behind');
});

test('partitions of other members are not this one’s concern', async () => {
  const { watch, pass, group } = await watched({ health: running, unread: 5 });
  group.held = [{ topic: 'work', partition: 7, finishedAhead: 0 }];
  await pass(30 * minute);
  expect(watch.health().ok).toBe(true);
});

test('once stopped it asks no more', async () => {
  const { watch, clock } = await watched({ health: running, unread: 0 });
  watch.stop();
  expect(clock.pending).toBe(0);
});
