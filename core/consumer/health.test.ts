import { expect, test } from 'vitest';
import { healthOf, type Condition } from './health.ts';

const well: Condition = { ended: false, outage: null, paused: null, assignments: 2, inFlight: 1, idleMs: 1_000 };
const pause = { code: 'storage_full', detail: 'The disk is full.', since: '2026-01-01T00:00:00.000Z' };

test('a consumer that works is well, and so is one that another member leaves without a partition', () => {
  expect(healthOf(well)).toEqual({ ok: true, state: 'running', reason: null, assignments: 2, inFlight: 1 });
  const idle = { ok: true, state: 'idle', reason: expect.stringContaining('no partition') };
  expect(healthOf({ ...well, assignments: 0, inFlight: 0 })).toMatchObject(idle);
});

test('a consumer that a person paused is well and says so', () => {
  const paused = { ok: true, state: 'paused', reason: expect.stringContaining('paused') };
  expect(healthOf({ ...well, paused: pause })).toMatchObject(paused);
});

test('a consumer in an outage, one that has ended and one that is stalled are not well', () => {
  const outage = { ok: false, state: 'outage', reason: expect.stringContaining('storage_full: The disk is full.') };
  expect(healthOf({ ...well, outage: pause, paused: pause })).toMatchObject(outage);
  expect(healthOf({ ...well, ended: true })).toMatchObject({ ok: false, state: 'ended' });
  const stalled = { ok: false, state: 'stalled', reason: expect.stringContaining('300 s') };
  expect(healthOf({ ...well, idleMs: 300_000 })).toMatchObject(stalled);
});

test('with nothing in hand, quiet is not a stall', () => {
  expect(healthOf({ ...well, inFlight: 0, idleMs: 1e9 }).ok).toBe(true);
});
