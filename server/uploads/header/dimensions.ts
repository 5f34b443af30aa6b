import type { ImageFormat } from '#core/domain/image.ts';
import { readAvif } from './avif.ts';
import type { HeaderBytes } from './bytes.ts';
import { readPng } from './png.ts';
import { probeHeader } from './probe.ts';
import { readDirectory } from './tiff.ts';
import { readWebp } from './webp.ts';

export interface Dimensions {
  width: number;
  height: number;
}

/** What a header says: sides as stored, and the EXIF orientation they are to be shown in. */
export interface StoredDimensions {
  width: number | null;
  height: number | null;
  orientation?: number | null;
}

/** Profiles, previews and maps come before the dimensions of a JPEG; more than this of them is not a picture. */
const mostOfJpeg = 64 * 1024 * 1024;

const readers: Record<ImageFormat, (bytes: HeaderBytes) => Promise<StoredDimensions | null>> = {
  jpeg: (bytes) => probeHeader('jpeg', bytes.stream(mostOfJpeg)),
  gif: (bytes) => probeHeader('gif', bytes.stream()),
  png: readPng,
  webp: readWebp,
  avif: readAvif,
  tiff: readDirectory,
};

/**
 * Width and height as the picture is shown, or null where the header does not say. Nothing is decoded; memory is
 * bounded, and so is the work by the length of the file.
 */
export async function readDimensions(format: ImageFormat, bytes: HeaderBytes): Promise<Dimensions | null> {
  const stored = await readers[format](bytes);
  if (!stored?.width || !stored.height) return null;
  const { width, height } = stored;
  const orientation = stored.orientation ?? 1;
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
}
