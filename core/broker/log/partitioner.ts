/** The partition of a key: Kafka's default partitioner, so that a move between brokers keeps every key's order. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

const multiplier = 0x5bd1e995;

/** MurmurHash2 (32 bit, Kafka's seed) as a signed integer. */
export function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const whole = data.length & ~3;
  let hash = 0x9747b28c ^ data.length;
  for (let index = 0; index < whole; index += 4) {
    let word = Math.imul(view.getInt32(index, true), multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = data.length - whole;
  if (rest >= 3) hash ^= view.getUint8(whole + 2) << 16;
  if (rest >= 2) hash ^= view.getUint8(whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(whole), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
