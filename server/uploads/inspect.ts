import type { Config } from '#core/config.ts';
import { longestSide, type ImageFormat } from '#core/domain/image.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import { readDimensions, type Dimensions } from './header/dimensions.ts';
import { countFrames } from './header/frames.ts';
import { sniff } from './header/format.ts';
import { openHeader } from './header/bytes.ts';

export type FileLimits = Pick<Config, 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_PIXELS' | 'IMAGE_MAX_FRAMES'>;

/** What the bytes of an upload say about themselves. */
export interface Facts extends Dimensions {
  format: ImageFormat;
  bytes: number;
}

/** Of the others the first page is developed. */
const animated = new Set<ImageFormat>(['gif', 'webp']);
const taken = 'Darkroom takes JPEG, PNG, WebP, GIF, AVIF and TIFF.';

/**
 * Looks at the header of a complete upload. Throws what it is refused for: `empty_file`, `file_too_large`,
 * `unsupported_format`, `unreadable_header`, `too_many_pixels`, `too_many_frames`; or what storage throws, and nothing
 * else.
 */
export async function inspect(storage: Storage, id: string, bytes: number, limits: FileLimits): Promise<Facts> {
  checkLength(bytes, limits);
  const header = await openHeader((range) => storage.readUpload(id, range));
  const sniffed = sniff(header.head.subarray(0, 512));
  if (sniffed.format === null) {
    const detail = sniffed.looksLike ? `This looks like ${sniffed.looksLike}. ${taken}` : taken;
    throw new DarkroomError('unsupported_format', detail);
  }
  const { format } = sniffed;
  const onDamage = (cause: unknown): never => {
    throw cause instanceof DarkroomError ? cause : unreadable(format, cause);
  };
  const dimensions = await readDimensions(format, header).catch(onDamage);
  if (!dimensions) throw unreadable(format);
  const frames = await countFrames(format, header, limits.IMAGE_MAX_FRAMES).catch(onDamage);
  if (frames === null) throw unreadable(format);
  checkSize(dimensions, frames, limits);
  // A file that breaks off before its first frame is still as large as it says.
  checkPixels(dimensions, animated.has(format) ? Math.max(1, frames) : 1, limits);
  return { format, bytes, ...dimensions };
}

function checkSize({ width, height }: Dimensions, frames: number, limits: FileLimits): void {
  if (frames > limits.IMAGE_MAX_FRAMES) {
    const detail = `This server takes ${limits.IMAGE_MAX_FRAMES} frames or pages, and this has more.`;
    throw new DarkroomError('too_many_frames', detail);
  }
  if (Math.max(width, height) > longestSide) {
    const detail = `${width} × ${height} pixels: no side may have more than ${longestSide}.`;
    throw new DarkroomError('too_many_pixels', detail);
  }
}

/** All frames of an animation are held at once while it is developed, so their pixels count together. */
function checkPixels({ width, height }: Dimensions, frames: number, limits: FileLimits): void {
  if (width * height * frames > limits.IMAGE_MAX_PIXELS) {
    const size = `${width} × ${height} pixels${frames > 1 ? ` in each of ${frames} frames` : ''}`;
    throw new DarkroomError(
      'too_many_pixels',
      `${size} are more than the ${limits.IMAGE_MAX_PIXELS} that this server takes.`,
    );
  }
}

/** Throws `empty_file` or `file_too_large`. */
export function checkLength(bytes: number, limits: FileLimits): void {
  if (bytes === 0) throw new DarkroomError('empty_file', 'The file has no bytes.');
  if (bytes > limits.UPLOAD_MAX_BYTES) throw tooLarge(limits);
}

export function tooLarge(limits: FileLimits): DarkroomError {
  return new DarkroomError('file_too_large', `This server takes files of at most ${limits.UPLOAD_MAX_BYTES} bytes.`);
}

function unreadable(format: ImageFormat, cause?: unknown): DarkroomError {
  const detail = `The header of this ${format.toUpperCase()} is damaged, or does not say how large the picture is.`;
  return new DarkroomError('unreadable_header', detail, { cause });
}
