import type { Config } from '#core/config.ts';
import type { ImageFormat } from '#core/domain/image.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import { readDimensions, type Dimensions } from './header/dimensions.ts';
import { sniff } from './header/format.ts';
import { openHeader } from './header/bytes.ts';

export type FileLimits = Pick<Config, 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_PIXELS'>;

/** What the bytes of an upload say about themselves. */
export interface Facts extends Dimensions {
  format: ImageFormat;
  bytes: number;
}

const taken = 'Darkroom takes JPEG, PNG, WebP, GIF, AVIF and TIFF.';

/**
 * Looks at the header of a complete upload. Throws what it is refused for: `empty_file`, `file_too_large`,
 * `unsupported_format`, `unreadable_header`, `too_many_pixels`; or what storage throws, and nothing else.
 */
export async function inspect(storage: Storage, id: string, bytes: number, limits: FileLimits): Promise<Facts> {
  checkLength(bytes, limits);
  const header = await openHeader((range) => storage.readUpload(id, range));
  const sniffed = sniff(header.head.subarray(0, 512));
  if (sniffed.format === null) {
    const detail = sniffed.looksLike ? `This looks like ${sniffed.looksLike}. ${taken}` : taken;
    throw new DarkroomError('unsupported_format', detail);
  }
  const dimensions = await readDimensions(sniffed.format, header).catch((cause: unknown) => {
    throw cause instanceof DarkroomError ? cause : unreadable(sniffed.format, cause);
  });
  if (!dimensions) throw unreadable(sniffed.format);
  const { width, height } = dimensions;
  if (width * height > limits.IMAGE_MAX_PIXELS) {
    const detail = `${width} × ${height} pixels are more than the ${limits.IMAGE_MAX_PIXELS} that this server takes.`;
    throw new DarkroomError('too_many_pixels', detail);
  }
  return { format: sniffed.format, bytes, ...dimensions };
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
