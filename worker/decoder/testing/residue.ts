import type { Tags } from './exiftool.ts';

/** All that a derivative may say of itself: how it is coded and how large it is. Not even a colour profile. */
const allowed = new Set([
  'SourceFile',
  'ExifTool:ExifToolVersion',
  'File:FileType',
  'File:FileTypeExtension',
  'File:MIMEType',
  'File:ImageWidth',
  'File:ImageHeight',
  'File:EncodingProcess',
  'File:BitsPerSample',
  'File:ColorComponents',
  'File:YCbCrSubSampling',
  'JFIF:JFIFVersion',
  'JFIF:ResolutionUnit',
  'JFIF:XResolution',
  'JFIF:YResolution',
  'RIFF:VP8Version',
  'RIFF:ImageWidth',
  'RIFF:HorizontalScale',
  'RIFF:ImageHeight',
  'RIFF:VerticalScale',
  'RIFF:WebP_Flags',
  'RIFF:BackgroundColor',
  'RIFF:AnimationLoopCount',
  'RIFF:FrameCount',
  'RIFF:Duration',
  'RIFF:AlphaPreprocessing',
  'RIFF:AlphaFiltering',
  'RIFF:AlphaCompression',
  'RIFF:AlphaIsUsed',
  'Composite:ImageSize',
  'Composite:Megapixels',
]);
const chunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']);

/** Tags that a derivative should not have. */
export function residueOfTags(tags: Tags): string[] {
  return Object.keys(tags).filter((name) => !allowed.has(name) && !name.startsWith('System:'));
}

/** What is in the bytes of a derivative beside the picture: other parts, and what comes after its end. */
export function residueOfBytes(file: Buffer): string[] {
  return file.toString('latin1', 0, 4) === 'RIFF' ? residueOfWebp(file) : residueOfJpeg(file);
}

/** Where in the derivative a part of the original's metadata is found again: 16 bytes in a row, or a whole telling value. */
export function commonBytes(derivative: Buffer, metadata: Buffer, values: string[]): string[] {
  const windows = new Set<string>();
  for (let at = 0; at + 16 <= metadata.length; at += 1) {
    const window = metadata.toString('latin1', at, at + 16);
    if (new Set(window).size > 4) windows.add(window);
  }
  const found = values.filter((value) => value.length > 4 && derivative.includes(value, 0, 'latin1'));
  for (let at = 0; at + 16 <= derivative.length && windows.size > 0; at += 1) {
    const window = derivative.toString('latin1', at, at + 16);
    if (windows.has(window)) found.push(JSON.stringify(window));
  }
  return found;
}

function residueOfWebp(file: Buffer): string[] {
  const end = 8 + file.readUInt32LE(4);
  const found = end === file.length ? [] : [`${file.length - end} bytes after the end`];
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    if (!chunks.has(name)) found.push(`a chunk ${name}`);
    const size = file.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  return found;
}

/** Segments up to the pixels: JFIF, tables and the frame; the last bytes of the file are the end of the picture. */
function residueOfJpeg(file: Buffer): string[] {
  const found: string[] = [];
  let at = 2;
  for (; file[at + 1] !== 0xda; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1] ?? 0;
    const isPart = marker === 0xe0 || marker === 0xdb || marker === 0xc4 || (marker >= 0xc0 && marker <= 0xc2);
    if (!isPart && marker !== 0xdd) found.push(`a segment ${marker.toString(16)}`);
  }
  const end = file.indexOf(Buffer.from([0xff, 0xd9]), at);
  return end + 2 === file.length ? found : [...found, 'bytes after the end'];
}
