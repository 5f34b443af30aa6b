import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../core/fixtures');
const names = [
  'plain.jpg',
  'rotated-6.jpg',
  'camera.jpg',
  'rotated-6.png',
  'deep.png',
  'animated.gif',
  'rotated-6.webp',
  'animated.webp',
  'lossless.webp',
  'rotated-6.avif',
  'alpha.avif',
  'rotated-6.tiff',
  'pages.tiff',
  'big.tiff',
] as const;

/** Whole pictures of every format. */
export const pictures: readonly Buffer[] = names.map((name) => readFileSync(join(folder, name)));

/** The smallest file that the door takes: it looks at headers only. */
export const tinyGif = Buffer.from('GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01\0\0;', 'latin1');

/** What the headers of pictures are made of. */
export const headerWords: readonly string[] = [
  '\xff\xd8\xff',
  '\xff\xc0\0\x11\x08',
  '\xff\xe1',
  'Exif\0\0',
  'II*\0\x08\0\0\0',
  'MM\0*\0\0\0\x08',
  'II+\0\x08\0\0\0',
  '\x12\x01\x03\0\x01\0\0\0\x06\0',
  '\x89PNG\r\n\x1a\n',
  'IHDR',
  'eXIf',
  'IDAT',
  'RIFF\x04\0\0\0WEBP',
  'VP8X',
  'VP8L',
  'VP8 ',
  'EXIF',
  'GIF87a',
  '\0\0\0\x18ftypavif',
  '\0\0\0\x0cmeta',
  'iprp',
  'ipco',
  'ipma',
  'ispe',
  'irot',
  'imir',
];
