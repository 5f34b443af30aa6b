import { rgbaToThumbHash } from 'thumbhash';
import sharp, { type FailOnOptions, type Metadata, type Sharp } from 'sharp';
import { longestSide } from '#core/domain/image.ts';
import type { DerivativeRecipe } from '#core/domain/preset.ts';
import type { ImageMetadata } from '#core/domain/task.ts';
import { describe } from './describe.ts';
import { derivativeSize, type Size } from './sizes.ts';

sharp.cache(false);
sharp.concurrency(1);

/** Pixels of a picture, 8 bits a channel, sRGB; the frames of an animation stand one above the other. */
interface Pixels extends Size {
  data: Buffer;
  channels: 1 | 2 | 3 | 4;
  frames: number;
}

interface Original extends Size {
  metadata: Metadata;
  frames: number;
}

export interface Assignment<Recipe extends DerivativeRecipe> {
  input: string;
  /** Largest first, at least one. */
  derivatives: Recipe[];
  /** Most pixels over all frames. */
  maxPixels: number;
  /** Most frames of an animation, or pages of a file. */
  maxFrames: number;
  onKnown(known: { placeholder: string; metadata: ImageMetadata }): void;
  onEncoded(recipe: Recipe, size: Size, file: Buffer): Promise<void>;
}

/** The picture has more pixels than are allowed; `message` is for the person who sent it. */
export class TooManyPixels extends Error {}

/** The same for frames or pages. */
export class TooManyFrames extends Error {}

/**
 * Develops one picture: decodes it once, makes each size from the one before it, and encodes the smallest first so that
 * there is soon something to show. Resolves to warnings: a damaged picture that still decodes has one. Rejects with what
 * the decoder said, or TooManyPixels or TooManyFrames.
 */
export async function develop<Recipe extends DerivativeRecipe>(assignment: Assignment<Recipe>): Promise<string[]> {
  const { original, sizes, warnings } = await decodeDespiteDamage(assignment);
  const { metadata, width, height, frames } = original;
  const [smallest] = sizes;
  if (smallest === undefined) throw new Error('There is nothing to develop it to.');
  assignment.onKnown({
    placeholder: await placeholderOf(smallest.pixels),
    metadata: describe(metadata, { width, height }, frames),
  });
  const encoded = new Map<string, Buffer>();
  for (const { recipe, pixels } of sizes) {
    const likeness = [pixels.width, pixels.height, recipe.format, recipe.quality, recipe.effort].join();
    const file = encoded.get(likeness) ?? (await encode(pixels, recipe, metadata));
    encoded.set(likeness, file);
    await assignment.onEncoded(recipe, { width: pixels.width, height: pixels.height }, file);
  }
  return warnings;
}

/** Strictly first; what fails so but decodes leniently is damaged and said to be, unless nothing of it can be seen. */
async function decodeDespiteDamage<Recipe extends DerivativeRecipe>(assignment: Assignment<Recipe>) {
  try {
    return { ...(await decode(assignment, 'warning')), warnings: [] };
  } catch (strict) {
    if (strict instanceof TooManyPixels || strict instanceof TooManyFrames) throw strict;
    const decoded = await decode(assignment, 'none').catch(() => Promise.reject(strict));
    if (decoded.sizes.every(({ pixels }) => isBlank(pixels))) throw strict;
    return { ...decoded, warnings: ['The file is damaged; parts of the picture may be missing.'] };
  }
}

/** The picture in all its sizes, smallest first. */
async function decode<Recipe extends DerivativeRecipe>(assignment: Assignment<Recipe>, failOn: FailOnOptions) {
  const original = await readHeader(assignment.input, failOn);
  const { metadata, width, height, frames } = original;
  if ((metadata.pages ?? 1) > assignment.maxFrames) {
    throw new TooManyFrames(`The picture has ${metadata.pages} frames or pages, more than can be developed.`);
  }
  if (width * height * frames > assignment.maxPixels || Math.max(width, height) > longestSide) {
    const size = `${width} × ${height} pixels${frames > 1 ? ` in each of ${frames} frames` : ''}`;
    throw new TooManyPixels(`The picture has ${size}, more than can be developed.`);
  }
  const sizes: { recipe: Recipe; pixels: Pixels }[] = [];
  for (const recipe of assignment.derivatives) {
    const size = derivativeSize(original, recipe);
    const larger = sizes[0]?.pixels;
    const pixels = larger ? await shrink(larger, size) : await decodeTo(size, assignment.input, original, failOn);
    sizes.unshift({ recipe, pixels });
  }
  return { original, sizes };
}

async function readHeader(input: string, failOn: FailOnOptions): Promise<Original> {
  const metadata = await sharp(input, { failOn, limitInputPixels: false }).metadata();
  const frames = isAnimated(metadata) ? (metadata.pages ?? 1) : 1;
  if (frames > 1) return { metadata, frames, width: metadata.width, height: metadata.pageHeight ?? metadata.height };
  return { metadata, frames, ...metadata.autoOrient };
}

/** Of the formats with pages only these two are played; the first page of a TIFF or AVIF is the picture. */
function isAnimated({ format, pages }: Metadata): boolean {
  return (format === 'gif' || format === 'webp') && (pages ?? 1) > 1;
}

async function decodeTo(
  size: Size,
  input: string,
  { metadata, frames }: Original,
  failOn: FailOnOptions,
): Promise<Pixels> {
  const animated = frames > 1;
  const upright = sharp(input, { failOn, limitInputPixels: false, animated, autoOrient: !animated });
  const sized = upright.resize(size.width, size.height, { fit: 'fill' }).toColourspace('srgb');
  return rawPixels(isWideWithProfile(metadata) ? sized.withIccProfile('srgb', { attach: false }) : sized, size, frames);
}

/** 16-bit pictures with a profile are worked on in Display P3; only an output profile brings them to sRGB. */
function isWideWithProfile({ space, hasProfile }: Metadata): boolean {
  return space === 'rgb16' && hasProfile;
}

async function shrink(pixels: Pixels, size: Size): Promise<Pixels> {
  if (pixels.width === size.width && pixels.height === size.height) return pixels;
  return rawPixels(open(pixels).resize(size.width, size.height, { fit: 'fill' }), size, pixels.frames);
}

async function rawPixels(image: Sharp, size: Size, frames: number): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { ...size, data, channels: info.channels as Pixels['channels'], frames };
}

function open({ data, width, height, channels, frames }: Pixels): Sharp {
  const raw = { width, height: height * frames, channels };
  if (frames === 1) return sharp(data, { raw, limitInputPixels: false });
  return sharp(data, { raw: { ...raw, pageHeight: height }, animated: true, limitInputPixels: false });
}

/** Every pixel is like the first: what a decoder leaves where it could read nothing. */
function isBlank({ data, channels }: Pixels): boolean {
  return data.subarray(channels).equals(data.subarray(0, -channels));
}

function firstFrame(pixels: Pixels): Pixels {
  const { width, height, channels } = pixels;
  return { ...pixels, data: pixels.data.subarray(0, width * height * channels), frames: 1 };
}

function encode(
  pixels: Pixels,
  { format, quality, effort }: DerivativeRecipe,
  { delay, loop }: Metadata,
): Promise<Buffer> {
  if (format === 'jpeg') return open(firstFrame(pixels)).flatten({ background: '#fff' }).jpeg({ quality }).toBuffer();
  const animation = pixels.frames > 1 ? { delay, loop } : {};
  return open(pixels)
    .webp({ quality, effort, ...animation })
    .toBuffer();
}

async function placeholderOf(pixels: Pixels): Promise<string> {
  const small = open(firstFrame(pixels)).resize(100, 100, { fit: 'inside', withoutEnlargement: true }).ensureAlpha();
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
