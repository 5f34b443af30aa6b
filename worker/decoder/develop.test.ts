import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { thumbHashToAverageRGBA } from 'thumbhash';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPreset, type DerivativeRecipe } from '#core/domain/preset.ts';
import type { ImageMetadata } from '#core/domain/task.ts';
import { develop, TooManyFrames, TooManyPixels, type Assignment } from './develop.ts';
import { inPlainWords } from './plain-words.ts';

const fixtures = join(import.meta.dirname, '../../core/fixtures');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-develop-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Developed {
  order: string[];
  files: Record<string, Buffer>;
  sizes: Record<string, { width: number; height: number }>;
  placeholder: string;
  metadata: ImageMetadata;
  warnings: string[];
}

async function developFile(input: string, options: Partial<Assignment<DerivativeRecipe>> = {}) {
  const result: Developed = { order: [], files: {}, sizes: {}, placeholder: '', metadata: {}, warnings: [] };
  result.warnings = await develop({
    input,
    derivatives: options.derivatives ?? defaultPreset.derivatives,
    maxPixels: options.maxPixels ?? 1e8,
    maxFrames: options.maxFrames ?? 1000,
    onKnown: (known) => Object.assign(result, known),
    async onEncoded({ name }, size, file) {
      result.order.push(name);
      result.files[name] = file;
      result.sizes[name] = size;
    },
  });
  return result;
}

const fixture = (name: string, options = {}) => developFile(join(fixtures, name), options);

async function picture(bytes: Buffer, options = {}) {
  const path = join(folder, `${Math.random()}`);
  await writeFile(path, bytes);
  return developFile(path, options);
}

const plain = (width: number, height: number, background = '#e04020') =>
  sharp({ create: { width, height, channels: 3, background } });

async function pixel(file: Buffer | undefined, left: number, top: number): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const start = (top * info.width + left) * info.channels;
  return [...data.subarray(start, start + info.channels)];
}

describe('sizes', () => {
  test('each derivative has its width and the proportions of the original', async () => {
    const { sizes, files } = await picture(await plain(4000, 3000).jpeg().toBuffer());
    expect(sizes).toEqual({
      large: { width: 1920, height: 1440 },
      medium: { width: 1024, height: 768 },
      small: { width: 256, height: 192 },
    });
    for (const [name, file] of Object.entries(files)) {
      expect(await sharp(file).metadata()).toMatchObject({ format: 'webp', ...sizes[name] });
    }
  });

  test('no derivative is larger than the original', async () => {
    const { sizes } = await fixture('plain.jpg');
    expect(Object.values(sizes)).toEqual(Array(3).fill({ width: 240, height: 160 }));
  });

  test('sizes follow the original, not the size before', async () => {
    const { sizes } = await picture(await plain(1999, 1501).png().toBuffer());
    expect(sizes.small).toEqual({ width: 256, height: Math.round((1501 * 256) / 1999) });
  });

  test('a picture taller than the format holds is made smaller as a whole', async () => {
    const { sizes } = await picture(await plain(100, 30_000).png().toBuffer());
    expect(sizes.large).toEqual({ width: 55, height: 16_383 });
  });

  test('the smallest is ready first', async () => {
    expect((await fixture('plain.jpg')).order).toEqual(['small', 'medium', 'large']);
  });
});

describe('every format', () => {
  const names = ['jpg', 'png', 'webp', 'gif', 'avif', 'tiff'].map((extension) => `plain.${extension}`);
  const more = ['progressive.jpg', 'grey.jpg', 'cmyk.jpg', 'deep.png', 'pages.tiff', 'big.tiff', 'lossless.webp'];
  test.for([...names, ...more])('%s becomes three still sRGB pictures with nothing to warn of', async (name) => {
    const { files, warnings } = await fixture(name);
    expect(warnings).toEqual([]);
    for (const file of Object.values(files)) {
      const { format, space, pages = 1, depth } = await sharp(file).metadata();
      expect({ format, space, pages, depth }).toEqual({ format: 'webp', space: 'srgb', pages: 1, depth: 'uchar' });
    }
  });
});

describe('colour and light', () => {
  const turned = [
    'rotated-6.jpg',
    'rotated-8.jpg',
    'rotated-6.png',
    'rotated-6.webp',
    'rotated-6.tiff',
    'rotated-6.avif',
  ];
  test.for(turned)('%s stands upright', async (name) => {
    const { sizes, metadata } = await fixture(name);
    expect(sizes.large).toEqual({ width: 160, height: 240 });
    expect(metadata).toMatchObject({ width: 160, height: 240 });
  });

  test('upright means the right way up', async () => {
    const sky = await pixel((await fixture('plain.jpg')).files.large, 230, 8);
    const turnedSky = await pixel((await fixture('rotated-3.jpg')).files.large, 9, 151);
    sky.forEach((value, channel) => expect(Math.abs(value - (turnedSky[channel] ?? 0))).toBeLessThan(12));
  });

  const wide: [string, () => Promise<Buffer>][] = [
    ['Display P3', () => plain(64, 64).withIccProfile('p3').jpeg({ quality: 100 }).toBuffer()],
    ['16-bit Display P3', () => plain(64, 64).toColourspace('rgb16').withIccProfile('p3').png().toBuffer()],
    ['16-bit with no profile', () => plain(64, 64).toColourspace('rgb16').png().toBuffer()],
  ];
  test.for(wide)('a colour in %s is the same colour in sRGB', async ([, draw]) => {
    const { files } = await picture(await draw());
    const colour = await pixel(files.large, 32, 32);
    [224, 64, 32].forEach((value, channel) => expect(Math.abs(value - (colour[channel] ?? 0))).toBeLessThan(8));
  });

  test('transparency is kept', async () => {
    for (const name of ['alpha.png', 'alpha.avif', 'lossless.webp']) {
      expect(await pixel((await fixture(name)).files.large, 200, 80)).toHaveLength(4);
    }
  });

  test('a JPEG derivative shows transparency as white', async () => {
    const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
    const png = await sharp({ create: { width: 32, height: 32, channels: 4, background: transparent } })
      .png()
      .toBuffer();
    const derivatives: DerivativeRecipe[] = [{ name: 'flat', format: 'jpeg', width: 16, quality: 90 }];
    const { files } = await picture(png, { derivatives });
    expect(await sharp(files.flat).metadata()).toMatchObject({ format: 'jpeg', width: 16 });
    expect(await pixel(files.flat, 8, 8)).toEqual([255, 255, 255]);
  });
});

describe('what the picture says of itself', () => {
  test('camera and time are read, and nothing of it is in a derivative', async () => {
    const original = await sharp(await readFile(join(fixtures, 'camera.jpg'))).metadata();
    expect(original.exif?.includes('Pinhole')).toBe(true);
    const { metadata, files } = await fixture('camera.jpg');
    expect(metadata).toMatchObject({
      camera: 'Darkroom Pinhole 1',
      captured_at: '2024-05-17T09:41:07',
      format: 'jpeg',
    });
    for (const file of Object.values(files)) {
      const { exif, icc, iptc, xmp } = await sharp(file).metadata();
      expect({ exif, icc, iptc, xmp }).toEqual({});
    }
  });

  test('the colour space is what its profile calls itself', async () => {
    const { metadata } = await picture(await plain(8, 8).withIccProfile('p3').jpeg().toBuffer());
    expect(metadata.color_space).toMatch(/p3/i);
    expect((await fixture('cmyk.jpg')).metadata.color_space).toBe('cmyk');
  });

  test('the placeholder has the colour of the picture', async () => {
    const { placeholder } = await picture(await plain(400, 300, '#20c040').jpeg().toBuffer());
    const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(placeholder, 'base64'));
    expect(Math.max(r, b)).toBeLessThan(g);
  });

  test('broken EXIF is left out and hurts nobody', async () => {
    const jpeg = await readFile(join(fixtures, 'camera.jpg'));
    jpeg.fill(0xff, jpeg.indexOf('Exif\0\0') + 6, jpeg.indexOf('Exif\0\0') + 30);
    const { metadata, order } = await picture(jpeg);
    expect(metadata.camera).toBeUndefined();
    expect(order).toHaveLength(3);
  });
});

describe('animations', () => {
  test.for(['animated.gif', 'animated.webp'])('%s stays animated in every size', async (name) => {
    const derivatives = defaultPreset.derivatives.map((recipe) => ({
      ...recipe,
      width: Math.floor(recipe.width / 10),
    }));
    const { files, sizes, metadata } = await fixture(name, { derivatives });
    expect(metadata).toMatchObject({ frames: 3, width: 240, height: 160 });
    expect(sizes.small).toEqual({ width: 25, height: 17 });
    for (const file of Object.values(files)) {
      expect(await sharp(file, { animated: true }).metadata()).toMatchObject({
        pages: 3,
        delay: [100, 100, 100],
        loop: 0,
      });
    }
  });

  test('all frames count towards the limit of pixels', async () => {
    await expect(fixture('animated.gif', { maxPixels: 240 * 160 * 2 })).rejects.toThrow('3 frames');
  });

  test.each([
    ['animated.gif', 3],
    ['animated.webp', 3],
    ['pages.tiff', 2],
  ])('%s is refused where fewer frames or pages are allowed than it has', async (name, frames) => {
    await expect(fixture(name, { maxFrames: frames - 1 })).rejects.toThrow(TooManyFrames);
    await fixture(name, { maxFrames: frames });
  });

  test('a picture of one endless line is refused, since resizing it takes minutes', async () => {
    const line = await plain(1, 65_536).png().toBuffer();
    await expect(picture(line)).rejects.toThrow(TooManyPixels);
  });
});

describe('damage', () => {
  test('half a JPEG is developed as far as it goes, with a warning', async () => {
    const { order, warnings } = await fixture('truncated.jpg');
    expect(order).toHaveLength(3);
    expect(warnings).toEqual(['The file is damaged; parts of the picture may be missing.']);
  });

  test('a damaged file of which nothing can be seen fails', async () => {
    await expect(fixture('truncated.png')).rejects.toThrow(/png/i);
  });

  test('bytes changed in the middle of a JPEG are noticed', async () => {
    const jpeg = await plain(800, 600)
      .composite([{ input: join(fixtures, 'plain.jpg') }])
      .jpeg()
      .toBuffer();
    jpeg.set(Buffer.from([0xff, 0xd9, 0x12, 0x34, 0xff, 0x00]), jpeg.length >> 1);
    expect((await picture(jpeg)).warnings).toHaveLength(1);
  });

  const hopeless: [string, Buffer, string][] = [
    ['text', Buffer.from('This is not a picture.'), 'damaged_image'],
    ['nothing', Buffer.alloc(0), 'damaged_image'],
    [
      'a drawing that could name other files',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'damaged_image',
    ],
  ];
  test.for(hopeless)('%s fails in words that name no file', async ([, bytes, code]) => {
    const error: unknown = await picture(bytes).catch((reason: unknown) => reason);
    const explained = inPlainWords(error);
    expect(explained.code).toBe(code);
    expect(explained.detail).not.toMatch(/[/\\]|vips/i);
  });

  test('half an AVIF fails and says so', async () => {
    const avif = await readFile(join(fixtures, 'plain.avif'));
    const error: unknown = await picture(avif.subarray(0, avif.length >> 1)).catch((reason: unknown) => reason);
    expect(inPlainWords(error)).toEqual({ code: 'damaged_image', detail: 'The file ends before the picture does.' });
  });
});
