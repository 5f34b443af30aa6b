import type { HeaderBytes } from './bytes.ts';

const windowSize = 256 * 1024;
/** Blocks that are no frames; a picture has some for each frame, and few others. */
const mostOthers = 10_000;

/** Frames of a GIF, or one more than `most`; null where it is made of other things. What is damaged is counted as far as it goes. */
export async function countGifFrames(bytes: HeaderBytes, most: number): Promise<number | null> {
  const file = new Windows(bytes);
  await file.reach(10);
  let at = 13 + colours(file.byte(10));
  let frames = 0;
  for (let others = 0; frames <= most;) {
    if (others > mostOthers + 4 * most) return null;
    await file.reach(at + 9);
    const kind = file.byte(at);
    if (kind === 0x2c) {
      frames += 1;
      at = await endOfBlocks(file, at + 11 + colours(file.byte(at + 9)));
    } else if (kind === 0x21) {
      others += 1;
      at = await endOfBlocks(file, at + 2);
    } else break;
  }
  return frames;
}

/** Bytes of the colour table that these flags announce. */
function colours(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

/** Where the blocks end that begin there, each of which says how long it is. Waits only where the window ends. */
async function endOfBlocks(file: Windows, start: number): Promise<number> {
  let at = start;
  for (;;) {
    if (!file.holds(at)) await file.reach(at);
    const length = file.byte(at);
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** A file, a part of it at a time; beyond its end there are zeros. */
class Windows {
  readonly #bytes: HeaderBytes;
  #start = 0;
  #window: Buffer = Buffer.alloc(0);

  constructor(bytes: HeaderBytes) {
    this.#bytes = bytes;
  }

  holds(at: number): boolean {
    return at >= this.#start && at < this.#start + this.#window.byteLength;
  }

  /** Brings what is there, and a good deal before and after it. */
  async reach(at: number): Promise<void> {
    if (this.holds(at)) return;
    this.#start = Math.max(0, at - 16);
    this.#window = await this.#bytes.at(this.#start, windowSize);
  }

  byte(at: number): number {
    return this.#window[at - this.#start] ?? 0;
  }
}
