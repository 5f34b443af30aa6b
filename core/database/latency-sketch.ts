const growth = 1.05;

/**
 * Durations that can be added to others: counts by bins that grow by 5 %, so that any percentile is right within 2.5 %.
 * Bin k counts durations in (γ^(k−1), γ^k] milliseconds, bin 0 all up to one.
 */
export class LatencySketch {
  #first = 0;
  #counts: number[] = [];

  add(ms: number): void {
    const bin = ms <= 1 ? 0 : Math.ceil(Math.log(ms) / Math.log(growth));
    this.#reach(bin, bin);
    this.#grow(bin - this.#first, 1);
  }

  merge(other: LatencySketch): void {
    if (other.#counts.length === 0) return;
    this.#reach(other.#first, other.#first + other.#counts.length - 1);
    const shift = other.#first - this.#first;
    for (const [n, count] of other.#counts.entries()) this.#grow(n + shift, count);
  }

  /** Milliseconds that the given shares (0 to 1, rising) of the durations do not exceed; null where there are none. */
  percentiles(shares: number[]): (number | null)[] {
    const total = this.#counts.reduce((sum, n) => sum + n, 0);
    if (total === 0) return shares.map(() => null);
    let next = 0;
    let passed = 0;
    return shares.map((share) => {
      while (next === 0 || (passed < share * total && next < this.#counts.length)) passed += this.#counts[next++] ?? 0;
      return middleOf(this.#first + next - 1);
    });
  }

  /** The first bin and the counts from there on, 32 bits each, little-endian. */
  toBytes(): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * (this.#counts.length + 1)));
    [this.#first, ...this.#counts].forEach((value, n) => view.setUint32(4 * n, value, true));
    return new Uint8Array(view.buffer);
  }

  static fromBytes(bytes: Uint8Array): LatencySketch {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sketch = new LatencySketch();
    sketch.#first = view.getUint32(0, true);
    for (let at = 4; at < bytes.byteLength; at += 4) sketch.#counts.push(view.getUint32(at, true));
    return sketch;
  }

  #grow(index: number, by: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + by;
  }

  /** Makes room for the bins from `low` to `high`. */
  #reach(low: number, high: number): void {
    if (this.#counts.length === 0) this.#first = low;
    for (; this.#first > low; this.#first -= 1) this.#counts.unshift(0);
    while (this.#first + this.#counts.length <= high) this.#counts.push(0);
  }
}

/** The value that is off by the same factor from both ends of the bin. */
function middleOf(bin: number): number {
  return bin === 0 ? 1 : Math.round(growth ** bin * (2 / (1 + growth)) * 100) / 100;
}
