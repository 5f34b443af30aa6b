import { expect, test } from 'vitest';
import { healthOf, type Condition } from './health.ts';

const well: Condition = { ended: false, outage: null, paused: null, assignments: 2, inFlight: 1, idleMs: 1_000 };
const pause = { code: 'storage_full', detail: 'The disk is full.', since: '2026-01-01T00:00:00.000Z' };

test('a consumer that works is well, and so is one that another member leaves without a partition', () => {
  expect(healthOf(well)).toEqual({ ok: true, reason: null, assignments: 2, inFlight: 1 });
  expect(healthOf({ ...well, assignments: 0, inFlight: 0 })).toMatchObject({
    ok: true,
    reason: expect.stringContaining('no partition'),
  });
});

test('a consumer that a person paused is well and says so', () => {
  expect(healthOf({ ...well, paused: pause })).toMatchObject({ ok: true, reason: expect.stringContaining('paused') });
});

test('a consumer in an outage, one that has ended and one that is stalled are not well', () => {
  expect(healthOf({ ...well, outage: pause, paused: pause })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('storage_full: The disk is full.'),
  });
  expect(healthOf({ ...well, ended: true }).ok).toBe(false);
  expect(healthOf({ ...well, idleMs: 300_000 })).toMatchObject({ ok: false, reason: expect.stringContaining('300 s') });
});

test('with nothing in hand, quiet is not a stall', () => {
  expect(healthOf({ ...well, inFlight: 0, idleMs: 1e9 }).ok).toBe(true);
});
