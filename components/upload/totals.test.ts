import { expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { nextSpeed, secondsLeft, totalsOf } from './totals.ts';

const entry = (state: Entry['state'], bytes: number, sent = 0) => ({ state, bytes, sent }) as Entry;

test('what is refused or stopped does not hold back the progress of the rest', () => {
  const totals = totalsOf([
    entry('sent', 10, 10),
    entry('sending', 10, 5),
    entry('refused', 99),
    entry('stopped', 99, 3),
  ]);
  expect(totals).toEqual({ files: 4, sent: 1, open: 1, problems: 2, bytes: 20, sentBytes: 15 });
});

test('the time left follows from the speed', () => {
  const totals = totalsOf([entry('sending', 10_000, 2000)]);
  const speed = nextSpeed(nextSpeed(null, 0, 0), 2000, 2000);
  expect(speed.perSecond).toBe(1000);
  expect(secondsLeft(speed, totals)).toBe(8);
});

test('no time is told before anything tells it, or when nothing is left', () => {
  expect(secondsLeft(null, totalsOf([entry('sending', 10)]))).toBeNull();
  expect(secondsLeft(nextSpeed(null, 0, 0), totalsOf([entry('sending', 10)]))).toBeNull();
  expect(secondsLeft({ at: 0, sentBytes: 0, perSecond: 5 }, totalsOf([entry('sent', 10, 10)]))).toBeNull();
});

test('a moment of silence does not throw the time left about', () => {
  let speed = nextSpeed(nextSpeed(null, 0, 0), 10_000, 10_000);
  speed = nextSpeed(speed, 10_000, 11_000);
  expect(speed.perSecond).toBeGreaterThan(700);
});

test('cleared entries begin the measure anew and keep the speed', () => {
  const speed = nextSpeed({ at: 0, sentBytes: 5000, perSecond: 800 }, 100, 1000);
  expect(speed).toEqual({ at: 1000, sentBytes: 100, perSecond: 800 });
});
