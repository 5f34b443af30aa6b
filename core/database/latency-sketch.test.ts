import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencySketch } from './latency-sketch.ts';

const durations = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { maxLength: 200 });
const shares = [0, 0.5, 0.95, 0.99, 1];

function sketchOf(values: number[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test('a percentile is right within 2.5 %, or a millisecond', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      for (const [n, found] of sketchOf(values).percentiles(shares).entries()) {
        const exact = sorted[Math.max(0, Math.ceil((shares[n] ?? 0) * sorted.length) - 1)];
        if (exact === undefined) expect(found).toBeNull();
        else expect(Math.abs((found ?? Infinity) - exact)).toBeLessThanOrEqual(Math.max(1, exact * 0.0251));
      }
    }),
  );
});

test('sketches that are written, read and merged in any order are the sketch of all', () => {
  fc.assert(
    fc.property(fc.array(durations, { maxLength: 5 }), (parts) => {
      const merged = new LatencySketch();
      for (const part of parts) merged.merge(LatencySketch.fromBytes(sketchOf(part).toBytes()));
      expect(merged.percentiles(shares)).toEqual(sketchOf(parts.flat()).percentiles(shares));
    }),
  );
});
