/**
 * A sketch of durations that can be added to others: counts by bins that grow by 5 %, so that any percentile is right
 * within 2.5 %. Bin k counts durations in (γ^(k−1), γ^k] milliseconds, bin 0 all up to one.
 */
export type LatencySketch = Map<number, number>;

const growth = 1.05;

export function binOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(Math.log(ms) / Math.log(growth));
}

export function addBin(sketch: LatencySketch, bin: number, n: number): void {
  sketch.set(bin, (sketch.get(bin) ?? 0) + n);
}

export function addSketch(sketch: LatencySketch, other: LatencySketch): void {
  for (const [bin, n] of other) addBin(sketch, bin, n);
}

/** Milliseconds that the given shares (0 to 1, rising) of the durations do not exceed; null of an empty sketch. */
export function percentiles(sketch: LatencySketch, shares: number[]): (number | null)[] {
  const bins = [...sketch].toSorted(([a], [b]) => a - b);
  const total = bins.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return shares.map(() => null);
  let at = 0;
  let passed = bins[0]![1];
  return shares.map((share) => {
    while (passed < share * total && at < bins.length - 1) passed += bins[++at]![1];
    return middleOf(bins[at]![0]);
  });
}

/** The value that is off by the same factor from both ends of the bin. */
function middleOf(bin: number): number {
  return bin === 0 ? 1 : Math.round(growth ** bin * (2 / (1 + growth)) * 100) / 100;
}

export function writeSketch(sketch: LatencySketch): string {
  return JSON.stringify(Object.fromEntries(sketch));
}

export function readSketch(text: string): LatencySketch {
  return new Map(Object.entries(JSON.parse(text) as Record<string, number>).map(([bin, n]) => [Number(bin), n]));
}
