import { expect, test } from 'vitest';
import { task } from '../live/testing/updates.ts';
import { addressOf, everything, filterFrom, matches, toggleStatus } from './filter.ts';

test('a filter survives the way into the address and back', () => {
  const filter = { status: ['queued', 'failed'] as const, q: 'a b&c', format: 'png', batch: 'x-1', mine: true };
  const address = addressOf({ ...filter, status: [...filter.status] });
  expect(filterFrom(new URL(address, 'http://x').searchParams)).toEqual(filter);
  expect(addressOf(everything)).toBe('/');
});

test('an address may ask for what does not exist: that part is ignored', () => {
  expect(filterFrom(new URLSearchParams('status=lost,failed')).status).toEqual(['failed']);
});

test('chips toggle, and all of them on is the same as none', () => {
  const some = toggleStatus(toggleStatus(everything, 'failed'), 'queued');
  expect(some.status).toEqual(['queued', 'failed']);
  expect(toggleStatus(some, 'failed').status).toEqual(['queued']);
  const nearlyAll = { ...everything, status: ['queued', 'running', 'retrying', 'done', 'failed'] as const };
  expect(toggleStatus({ ...nearlyAll, status: [...nearlyAll.status] }, 'cancelled')).toEqual(everything);
});

test('names match by any part, whatever the case', () => {
  expect(matches({ ...everything, q: 'IMG_' }, task('a', 0, { filename: 'my img_1.jpg' }))).toBe(true);
  expect(matches({ ...everything, format: 'png' }, task('a'))).toBe(false);
});
