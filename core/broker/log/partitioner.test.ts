import { expect, test } from 'vitest';
import { murmur2, partitionOf } from './partitioner.ts';

test('keys are hashed as Kafka hashes them', () => {
  const hashes: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of hashes) expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('a negative hash gives a partition too', () => {
  expect(partitionOf('21', 8)).toBe((-973932308 & 0x7fffffff) % 8);
});
