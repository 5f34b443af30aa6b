import type { ImageFormat } from '#core/domain/image.ts';
import { countAvifFrames } from './avif.ts';
import type { HeaderBytes } from './bytes.ts';
import { countGifFrames } from './gif-frames.ts';
import { countPages } from './tiff.ts';
import { countWebpFrames } from './webp.ts';

const one = async (): Promise<number> => 1;

const counters: Record<ImageFormat, (bytes: HeaderBytes, most: number) => Promise<number | null>> = {
  jpeg: one,
  png: one,
  gif: countGifFrames,
  webp: countWebpFrames,
  avif: countAvifFrames,
  tiff: countPages,
};

/**
 * Frames of an animation or pages of a file, but no more than one beyond `most`; null where they cannot be told. The work
 * is bounded by that and by the length of the file.
 */
export function countFrames(format: ImageFormat, bytes: HeaderBytes, most: number): Promise<number | null> {
  return counters[format](bytes, most);
}
