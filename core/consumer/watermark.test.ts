import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFinished, encodeFinished, type Stretch } from './commit-metadata.ts';
import { Watermark, type Mark } from './watermark.ts';

/** Offsets in rising order, with holes, each with whether it gets finished. */
const log = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 3 }), finished: fc.boolean() }), { maxLength: 60 })
  .map((steps) => {
    let offset = 100;
    return steps.map(({ step, finished }) => ({ offset: (offset += step), finished }));
  });

const covers = (stretches: Stretch[], offset: number) =>
  stretches.some(({ start, end }) => start <= offset && offset < end);

/** Notes as read what the test knows to be new. */
function add(watermark: Watermark, offset: number): Mark {
  const mark = watermark.add(offset);
  if (!mark) throw new Error(`${offset} was read before.`);
  return mark;
}

function read(watermark: Watermark, offsets: number[]): Mark[] {
  return offsets.map((offset) => add(watermark, offset));
}

test('there is nothing to commit before a message was read', () => {
  expect(new Watermark().low).toBeNull();
});

test('the watermark is the lowest unfinished offset, or one past the last where all is finished', () => {
  fc.assert(
    fc.property(log, fc.infiniteStream(fc.nat()), (messages, order) => {
      const watermark = new Watermark();
      const marks = read(
        watermark,
        messages.map(({ offset }) => offset),
      );
      const toFinish = marks.filter((_, index) => messages[index]?.finished);
      while (toFinish.length > 0) {
        for (const mark of toFinish.splice(order.next().value % toFinish.length, 1)) watermark.finish(mark);
        const lowest = marks.find(({ finished }) => !finished)?.offset ?? Number(marks.at(-1)?.offset) + 1;
        expect(watermark.low).toBe(lowest);
        expect(watermark.gap).toBe(marks.filter(({ offset }) => offset >= lowest).length);
      }
    }),
  );
});

test('what is finished beyond the watermark covers each finished offset above it and no unfinished one', () => {
  fc.assert(
    fc.property(log, (messages) => {
      const watermark = new Watermark();
      const marks = read(
        watermark,
        messages.map(({ offset }) => offset),
      );
      marks.forEach((mark, index) => messages[index]?.finished && watermark.finish(mark));
      const beyond = watermark.finishedBeyond();
      const low = watermark.low ?? 0;
      const known = messages.filter(({ offset, finished }) => !finished || offset > low);
      expect(known.map(({ offset }) => covers(beyond, offset))).toEqual(known.map(({ finished }) => finished));
    }),
  );
});

test('the next holder, at whatever point it stops, finishes and hands on exactly what is not finished', () => {
  fc.assert(
    fc.property(log, fc.nat(), (messages, stop) => {
      const first = new Watermark();
      const marks = read(
        first,
        messages.map(({ offset }) => offset),
      );
      marks.forEach((mark, index) => messages[index]?.finished && first.finish(mark));
      const from = first.low;
      fc.pre(from !== null);

      const second = new Watermark(decodeFinished(from, encodeFinished(from, first.finishedBeyond())));
      const again = messages.filter(({ offset }) => offset >= from);
      const part = again.slice(0, again.length === 0 ? 0 : stop % (again.length + 1));
      for (const { offset, finished } of part) expect(second.add(offset)?.finished).toBe(finished);

      const low = second.low ?? from;
      const third = new Watermark(decodeFinished(low, encodeFinished(low, second.finishedBeyond())));
      for (const { offset, finished } of again.filter(({ offset }) => offset >= low)) {
        expect(third.add(offset)?.finished).toBe(finished);
      }
    }),
  );
});

test('a message that was read before is not noted again', () => {
  const watermark = new Watermark();
  read(watermark, [5, 6, 7]);
  expect(watermark.add(6)).toBeNull();
  expect(watermark.add(7)).toBeNull();
  expect(watermark.gap).toBe(3);
});

test('a long run leaves no marks behind', () => {
  const watermark = new Watermark();
  for (let offset = 0; offset < 100_000; offset += 1) watermark.finish(add(watermark, offset));
  expect(watermark.gap).toBe(0);
  expect(watermark.low).toBe(100_000);
});
