/** The formats Darkroom develops, told from the bytes and never from the name. */
export const imageFormats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const;
export type ImageFormat = (typeof imageFormats)[number];

export const mediaTypes: Record<ImageFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  tiff: 'image/tiff',
};

/** No side of a picture is longer: as long as a JPEG can be. Decoders take minutes for a line of many millions of pixels. */
export const longestSide = 65_535;

/** Storage key of a blob: the bytes of an original, shared by every image that has them. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/** Storage folder of everything developed from one image. */
export function derivativesFolder(imageId: string): string {
  return `derivatives/${imageId}/`;
}

/** Storage key of a derivative: deterministic, so that developing a picture again converges on the same files. */
export function derivativeKey(
  imageId: string,
  preset: { name: string; version: number },
  derivative: { name: string; format: string },
): string {
  return `${derivativesFolder(imageId)}${preset.name}@${preset.version}/${derivative.name}.${derivative.format}`;
}
