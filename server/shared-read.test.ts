import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { sharedRead } from './shared-read.ts';

const late = { code: 'broker_unavailable', detail: 'too late' } as const;

/** A question that the test answers, and a clock that it sets. */
function questions() {
  const asked: PromiseWithResolvers<number>[] = [];
  const clock = { now: 0 };
  const read = () => {
    const question = Promise.withResolvers<number>();
    asked.push(question);
    return question.promise;
  };
  return { asked, clock, read, now: () => clock.now };
}

test('any number of askers is one question in the time that an answer is fresh', async () => {
  const { asked, clock, read, now } = questions();
  const ask = sharedRead(read, { freshMs: 1000, deadlineMs: 10_000, late, now });
  const askers = Array.from({ length: 100 }, ask);
  expect(asked).toHaveLength(1);
  asked[0]?.resolve(1);
  expect(new Set(await Promise.all(askers))).toEqual(new Set([1]));
  clock.now = 999;
  expect(await ask()).toBe(1);
  clock.now = 1000;
  const next = ask();
  expect(asked).toHaveLength(2);
  asked[1]?.resolve(2);
  expect(await next).toBe(2);
});

test('a refusal is shared too, and asked about again when it is no longer fresh', async () => {
  const { asked, clock, read, now } = questions();
  const ask = sharedRead(read, { freshMs: 1000, deadlineMs: 10_000, late, now });
  const refused = ask();
  asked[0]?.reject(new DarkroomError('broker_unavailable', 'away'));
  await expect(refused).rejects.toThrow('away');
  await expect(ask()).rejects.toThrow('away');
  clock.now = 1000;
  const next = ask();
  asked[1]?.resolve(2);
  expect(await next).toBe(2);
});

test('who has waited long enough is told so, and while there is no answer nothing more is asked', async () => {
  const { asked, clock, read, now } = questions();
  const ask = sharedRead(read, { freshMs: 1000, deadlineMs: 1, late, now });
  await expect(ask()).rejects.toMatchObject({ code: 'broker_unavailable', message: 'too late' });
  clock.now = 5000;
  await expect(ask()).rejects.toMatchObject({ code: 'broker_unavailable' });
  expect(asked).toHaveLength(1);
});
