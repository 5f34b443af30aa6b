import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { toDeadLetter, withoutVerdict } from './dead-letter.ts';

const received = {
  topic: 'pictures',
  partition: 3,
  offset: 41,
  timestamp: 0,
  key: 'k',
  value: Uint8Array.of(0, 255, 10),
  headers: { traceparent: '00-1', 'dlq-reason': 'of an earlier life' },
};

test('a dead letter keeps key, bytes and headers, and says why and where', () => {
  const error = new DarkroomError('malformed_message', 'id: missing');
  expect(toDeadLetter(received, { reason: 'malformed', error, attempts: 0 }, 'g')).toEqual({
    key: 'k',
    value: Uint8Array.of(0, 255, 10),
    headers: {
      traceparent: '00-1',
      'dlq-reason': 'malformed',
      'dlq-error': 'malformed_message: id: missing',
      'dlq-attempts': '0',
      'dlq-topic': 'pictures',
      'dlq-partition': '3',
      'dlq-offset': '41',
      'dlq-group': 'g',
    },
  });
});

test('the error of a dead letter has a bounded length', () => {
  const letter = toDeadLetter(
    received,
    { reason: 'processing_failed', error: new Error('x'.repeat(1e6)), attempts: 3 },
    'g',
  );
  expect(letter.headers['dlq-error']).toHaveLength(1_000);
});

test('without the verdict the headers are those of the message', () => {
  const { headers } = toDeadLetter(
    { ...received, headers: { traceparent: '00-1', redrives: '1' } },
    { reason: 'malformed', error: '', attempts: 0 },
    'g',
  );
  expect(withoutVerdict(headers)).toEqual({ traceparent: '00-1', redrives: '1' });
});
