import { expect, test } from 'vitest';
import { readCursor, writeCursor } from './cursor.ts';

test.each([0, 1, 1_800_000_000_000 * 1024, Number.MAX_SAFE_INTEGER])('the cursor of %d is read back', (seq) => {
  expect(readCursor(writeCursor(seq))).toBe(seq);
});

const others = ['-1', '1.5', '01', '1e3', 'NaN', ' 1', '9007199254740993'].map((text) =>
  Buffer.from(text).toString('base64url'),
);

test.each(['', 'x', 'MTIz!', 'MQ==', '9'.repeat(40), "' OR 1", ...others])('%j is not one of our cursors', (cursor) => {
  expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
});
