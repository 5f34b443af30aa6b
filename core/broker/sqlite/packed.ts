import type { Message } from '../broker.ts';

/** Messages on their way between threads: one block of bytes is handed over where a thousand small ones would be copied. */
export interface Packed {
  keys: (string | null)[];
  /** JSON; null where there are none. */
  headers: (string | null)[];
  /** Bytes of each value; −1 for null. */
  lengths: number[];
  values: Uint8Array<ArrayBuffer>;
}

export function pack(messages: readonly Message[]): Packed {
  const lengths = messages.map(({ value }) => value?.length ?? -1);
  const values = new Uint8Array(lengths.reduce((sum, length) => sum + Math.max(length, 0), 0));
  let start = 0;
  for (const { value } of messages) {
    if (value === null) continue;
    values.set(value, start);
    start += value.length;
  }
  return {
    keys: messages.map(({ key }) => key),
    headers: messages.map(({ headers }) => writeHeaders(headers)),
    lengths,
    values,
  };
}

/** The values, as views on the one block. */
export function valuesOf({ lengths, values }: Packed): (Uint8Array | null)[] {
  let start = 0;
  return lengths.map((length) => (length < 0 ? null : values.subarray(start, (start += length))));
}

export function readHeaders(json: string | null | undefined): Record<string, string> {
  return json ? (JSON.parse(json) as Record<string, string>) : {};
}

function writeHeaders(headers: Record<string, string>): string | null {
  return Object.keys(headers).length > 0 ? JSON.stringify(headers) : null;
}
