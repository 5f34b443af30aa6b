import type { HeaderBytes } from './bytes.ts';

/** What the first directory of a TIFF says; EXIF is the same structure within another file. */
export interface TiffDirectory {
  width: number | null;
  height: number | null;
  orientation: number | null;
}

const tags = { width: 256, height: 257, orientation: 274 } as const;
const mostEntries = 4096;

/** Sizes and readers of a TIFF (offsets of 32 bits) or a BigTIFF (64 bits), in its byte order. */
interface Layout {
  header: number;
  countSize: number;
  entrySize: number;
  valueAt: number;
  u16: (bytes: Buffer, at: number) => number;
  u32: (bytes: Buffer, at: number) => number;
  wide: (bytes: Buffer, at: number) => number;
}

/** Reads the first directory, wherever in the file it is, or null where there is none to read. */
export async function readDirectory(bytes: HeaderBytes, base = 0): Promise<TiffDirectory | null> {
  const header = await bytes.at(base, 16);
  const layout = layoutOf(header);
  if (!layout) return null;
  const at = base + layout.wide(header, layout.header / 2);
  const count = await countEntries(bytes, layout, at);
  if (count === null) return null;
  const entries = await bytes.at(at + layout.countSize, count * layout.entrySize);
  return {
    width: findValue(layout, entries, tags.width),
    height: findValue(layout, entries, tags.height),
    orientation: findValue(layout, entries, tags.orientation),
  };
}

/**
 * Pages of a TIFF, or one more than `most`: each has a directory, which says where the next one is. Null where that leads
 * back to one that was there before.
 */
export async function countPages(bytes: HeaderBytes, most: number): Promise<number | null> {
  const header = await bytes.at(0, 16);
  const layout = layoutOf(header);
  if (!layout) return null;
  const pointerSize = layout.header / 2;
  const seen = new Set<number>();
  for (let at = layout.wide(header, pointerSize); at !== 0 && seen.size <= most;) {
    if (seen.has(at)) return null;
    const count = await countEntries(bytes, layout, at);
    if (count === null) break;
    seen.add(at);
    const next = await bytes.at(at + layout.countSize + count * layout.entrySize, pointerSize);
    at = next.byteLength < pointerSize ? 0 : layout.wide(next, 0);
  }
  return seen.size;
}

async function countEntries(bytes: HeaderBytes, layout: Layout, at: number): Promise<number | null> {
  const counted = await bytes.at(at, layout.countSize);
  if (counted.byteLength < layout.countSize) return null;
  const count = layout.countSize === 2 ? layout.u16(counted, 0) : layout.wide(counted, 0);
  return count > mostEntries ? null : count;
}

function layoutOf(header: Buffer): Layout | null {
  const order = header.toString('latin1', 0, 4);
  if (header.byteLength < 8 || !/^(II[*+]\0|MM\0[*+])$/.test(order)) return null;
  const little = order.startsWith('I');
  const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const u64 = (bytes: Buffer, at: number) => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  if (!order.includes('+')) return { header: 8, countSize: 2, entrySize: 12, valueAt: 8, u16, u32, wide: u32 };
  if (header.byteLength < 16) return null;
  return { header: 16, countSize: 8, entrySize: 20, valueAt: 12, u16, u32, wide: u64 };
}

function findValue(layout: Layout, entries: Buffer, tag: number): number | null {
  for (let at = 0; at + layout.entrySize <= entries.byteLength; at += layout.entrySize) {
    if (layout.u16(entries, at) !== tag) continue;
    const type = layout.u16(entries, at + 2);
    if (type === 3) return layout.u16(entries, at + layout.valueAt);
    if (type === 4) return layout.u32(entries, at + layout.valueAt);
    if (type === 16 && layout.entrySize === 20) return layout.wide(entries, at + layout.valueAt);
  }
  return null;
}
