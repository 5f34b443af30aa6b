import readExif from 'exif-reader';
import type { Metadata } from 'sharp';
import type { ImageMetadata } from '#core/domain/task.ts';
import { profileName } from './icc.ts';

/** What the original says of itself: nothing of it is in the derivatives. Unreadable parts are left out. */
export function describe(
  metadata: Metadata,
  displayed: { width: number; height: number },
  frames: number,
): ImageMetadata {
  return {
    format: metadata.format === 'heif' ? 'avif' : metadata.format,
    ...displayed,
    frames,
    color_space: (metadata.icc && profileName(metadata.icc)) ?? metadata.space,
    ...describeExif(metadata.exif),
  };
}

function describeExif(exif: Buffer | undefined): Pick<ImageMetadata, 'captured_at' | 'camera'> {
  if (exif === undefined) return {};
  try {
    const { Image, Photo } = readExif(exif);
    return { captured_at: cameraTime(Photo?.DateTimeOriginal), camera: cameraName(Image?.Make, Image?.Model) };
  } catch {
    return {};
  }
}

/** The reader takes the camera's local time for UTC: given back without a zone it is local again. */
function cameraTime(date: unknown): string | undefined {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().slice(0, 19);
}

function cameraName(make: unknown, model: unknown): string | undefined {
  const [maker, name] = [words(make), words(model)];
  if (name.toLowerCase().startsWith(maker.toLowerCase())) return name || undefined;
  return `${maker} ${name}`.trim();
}

function words(value: unknown): string {
  return typeof value === 'string'
    ? value
        .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '')
        .trim()
        .slice(0, 80)
    : '';
}
