/* oxlint-disable no-control-regex -- magic numbers are made of control characters */
import type { ImageFormat } from '#core/domain/image.ts';

export type Sniffed = { format: ImageFormat } | { format: null; looksLike: string | null };

const supported: [ImageFormat, RegExp][] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[^]{4}WEBP/],
];

/** What people drop by mistake, said in words they know. The first that fits counts. */
const others: [string, RegExp][] = [
  ['a Canon raw file', /^II\*\0[^]{4}CR/],
  ['a camera raw file', /^(FUJIFILMCCD-RAW|IIRO|IIU\0|MMOR)/],
  ['BMP', /^BM[^]{4}\0\0\0\0/],
  ['Photoshop (PSD)', /^8BPS/],
  ['PDF', /^%PDF-/],
  ['a ZIP archive', /^PK\x03\x04/],
  ['a compressed archive', /^(\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ)/],
  ['an icon (ICO)', /^\0\0[\x01\x02]\0/],
  ['JPEG XL', /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ['JPEG 2000', /^(\xff\x4f\xff\x51|\0\0\0\x0cjP)/],
  ['OpenEXR', /^v\/1\x01/],
  ['a Radiance picture', /^#\?R/],
  ['a program', /^(MZ|\x7fELF|#!)/],
  ['SVG', /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^]*)?<svg[\s/>]/i],
  ['a web page (HTML)', /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i],
  ['XML', /^(\xef\xbb\xbf)?\s*<\?xml/],
];

const avifBrands = new Set(['avif', 'avis']);
const heicBrands = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'hevm', 'hevs', 'mif1', 'msf1']);

/** Tells the format from the first bytes of a file (512 are enough), never from its name. */
export function sniff(head: Uint8Array): Sniffed {
  const text = Buffer.from(head).toString('latin1');
  const other = others.find(([, pattern]) => pattern.test(text));
  if (other) return { format: null, looksLike: other[0] };
  const found = supported.find(([, pattern]) => pattern.test(text));
  if (found) return { format: found[0] };
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return { format: 'tiff' };
  if (text.slice(4, 8) === 'ftyp') return sniffBrands(text);
  return { format: null, looksLike: isText(head) ? 'a text file' : null };
}

/** The box `ftyp`: a major brand, a version, then the brands it is compatible with. */
function sniffBrands(text: string): Sniffed {
  const end = Math.min(text.length, Buffer.from(text.slice(0, 4), 'latin1').readUInt32BE());
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.some((brand) => avifBrands.has(brand))) return { format: 'avif' };
  if (brands.some((brand) => heicBrands.has(brand))) return { format: null, looksLike: 'HEIC' };
  return { format: null, looksLike: 'a video' };
}

function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
