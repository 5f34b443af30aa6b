/** Where a header is read from: any part by its place (short at the end of the file), or all of it in order. */
export interface HeaderBytes {
  at(start: number, length: number): Promise<Buffer>;
  stream(end?: number): AsyncIterable<Uint8Array>;
}

const headSize = 64 * 1024;

type Read = (range?: { start: number; end: number }) => Promise<AsyncIterable<Uint8Array>>;

/** Keeps the first 64 KB, which answer nearly every question, and reads what lies beyond when it is asked for. */
export async function openHeader(read: Read): Promise<HeaderBytes & { head: Buffer }> {
  const fetch = async (start: number, length: number): Promise<Buffer> =>
    length === 0
      ? Buffer.alloc(0)
      : Buffer.concat(await Array.fromAsync(await read({ start, end: start + length - 1 })));
  const head = await fetch(0, headSize);
  return {
    head,
    at: async (start, length) => {
      if (start + length <= head.byteLength || head.byteLength < headSize) return head.subarray(start, start + length);
      return fetch(start, length);
    },
    stream: async function* (end = Infinity) {
      yield head.subarray(0, end);
      if (head.byteLength < headSize || end <= headSize) return;
      yield* await read({ start: headSize, end: end - 1 });
    },
  };
}
