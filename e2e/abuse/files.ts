import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { notTaken, polyglots } from '#core/fixtures/disguises.ts';
import { chunk, fixture } from '../pictures.ts';
import { end, part, sendForm } from './form.ts';
import { ask, bodyOf, outcomeOf, type Act, type Case } from './request.ts';
import { developed } from './rig.ts';

const picture = (name: string) => readFileSync(fixture(name));

/** Sends a file, and says what becomes of it. */
const sent =
  (content: Buffer, { name = 'picture.jpg', type = 'image/jpeg' } = {}): Act =>
  async (rig) => {
    const headers = `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}`;
    const answer = await ask(rig, sendForm([part(headers, content), end]));
    if (answer.status !== 202) return outcomeOf(rig, answer);
    const [image] = bodyOf<{ images: { task_id: string }[] }>(answer).images;
    return `202, then ${await developed(rig, image?.task_id ?? '')}`;
  };

/** Files that are not what they say, and files that are more than they say. */
export const files: Case[] = [
  ['a page that is called a JPEG', sent(Buffer.from('<!doctype html><script>1</script>')), '415 unsupported_format'],
  ['a JPEG that is called a page', sent(picture('plain.jpg'), { name: 'a.html', type: 'text/html' }), '202, then done'],
  ['a GIF that is called a JPEG', sent(picture('plain.gif')), '202, then done'],
  ['a picture of an impossible type', sent(picture('plain.jpg'), { type: '\\"; drop/x' }), '202, then done'],
  ...Object.entries(notTaken).map(([what, content]): Case => [
    `${what} that is called a JPEG`,
    sent(content),
    '415 unsupported_format',
  ]),
  ...Object.entries(polyglots).map(([what, content]): Case => [what, sent(content), '202, then done']),

  ['nothing', sent(Buffer.alloc(0)), '422 empty_file'],
  ['one byte', sent(Buffer.from([0xff])), '415 unsupported_format'],
  ['the beginning of a JPEG', sent(picture('plain.jpg').subarray(0, 3)), '422 unreadable_header'],
  ['the beginning of a PNG', sent(picture('plain.png').subarray(0, 20)), '422 unreadable_header'],
  ['the beginning of a TIFF', sent(picture('plain.tiff').subarray(0, 8)), '422 unreadable_header'],
  ['a PNG without its end', sent(picture('truncated.png')), '202, then failed by damaged_image'],
  ['a PNG whose pixels are rubbish', sent(png(64, 64, Buffer.alloc(300, 7))), '202, then failed by damaged_image'],

  ['a PNG of 50,000 × 50,000 in 100 bytes', sent(png(50_000, 50_000)), '422 too_many_pixels'],
  ['a PNG of 2³² − 1 × 2³² − 1', sent(png(2 ** 32 - 1, 2 ** 32 - 1)), '422 too_many_pixels'],
  ['a PNG of no width', sent(png(0, 5)), '422 unreadable_header'],
  ['a PNG of one line of 100,000,000', sent(png(100_000_000, 1)), '422 too_many_pixels'],
  [
    'a PNG of which a kilobyte is a gigabyte',
    sent(png(9000, 9000, deflateSync(Buffer.alloc(64 << 20)))),
    '202, then failed by damaged_image',
  ],
  ['a JPEG of 65,535 × 65,535', sent(jpeg(65_535, 65_535)), '422 too_many_pixels'],
  ['a GIF of 65,535 × 65,535', sent(gif(65_535, 65_535, 1)), '422 too_many_pixels'],
  ['a GIF of 100,000 frames', sent(gif(1, 1, 100_000)), '422 too_many_frames'],
  ['a GIF of few and enormous frames', sent(gif(10_000, 10_000, 20)), '422 too_many_pixels'],
  ['a GIF of 100,000 blocks that are no frames', sent(gif(1, 1, 0, 100_000)), '422 unreadable_header'],
  ['a WebP of 16,384 × 16,384', sent(webp(16_384, 16_384)), '422 too_many_pixels'],
  ['a TIFF whose directory leads to itself', sent(tiff({ next: 8 })), '422 unreadable_header'],
  ['a TIFF whose directory is beyond its end', sent(tiff({ first: 2 ** 31 })), '422 unreadable_header'],
  ['a TIFF of 65,535 entries', sent(tiff({ entries: 65_535 })), '422 unreadable_header'],
  ['an AVIF of boxes in boxes', sent(boxes(20_000)), '422 unreadable_header'],
  ['an AVIF whose box has no size', sent(Buffer.concat([ftyp(), Buffer.alloc(64)])), '422 unreadable_header'],
  [
    'an AVIF whose box is larger than all',
    sent(Buffer.concat([ftyp(), box('meta', Buffer.alloc(4), 2 ** 32 - 1)])),
    '422 unreadable_header',
  ],
];

function png(width: number, height: number, pixels = deflateSync(Buffer.alloc(64))): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** A real one that says it is larger. */
function jpeg(width: number, height: number): Buffer {
  const content = Buffer.from(picture('plain.jpg'));
  const at = content.indexOf(Buffer.from([0xff, 0xc0]));
  content.writeUInt16BE(height, at + 5);
  content.writeUInt16BE(width, at + 7);
  return content;
}

function gif(width: number, height: number, frames: number, others = 0): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const frame = Buffer.from('\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0', 'latin1');
  const comment = Buffer.from('\x21\xfe\x01a\0', 'latin1');
  const blocks = [...Array<Buffer>(others).fill(comment), ...Array<Buffer>(frames).fill(frame)];
  return Buffer.concat([screen, ...blocks, Buffer.from(';')]);
}

function webp(width: number, height: number): Buffer {
  const canvas = Buffer.alloc(10);
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  return Buffer.concat([Buffer.from('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0', 'latin1'), canvas]);
}

/** A directory with width and height. */
function tiff({ first = 8, entries = 2, next = 0 }): Buffer {
  const content = Buffer.alloc(38);
  content.write('II*\0', 'latin1');
  content.writeUInt32LE(first, 4);
  content.writeUInt16LE(entries, 8);
  for (const [index, tag] of [256, 257].entries()) {
    const at = 10 + 12 * index;
    content.writeUInt16LE(tag, at);
    content.writeUInt16LE(4, at + 2);
    content.writeUInt32LE(1, at + 4);
    content.writeUInt32LE(9, at + 8);
  }
  content.writeUInt32LE(next, 34);
  return content;
}

function ftyp(): Buffer {
  return box('ftyp', Buffer.from('avif\0\0\0\0avifmif1', 'latin1'));
}

function box(type: string, content: Buffer, size = content.length + 8): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}

function boxes(depth: number): Buffer {
  const headers = Array.from({ length: depth }, (_, n) => box('iprp', Buffer.alloc(0), 8 * (depth - n)));
  return Buffer.concat([ftyp(), box('meta', Buffer.concat([Buffer.alloc(4), ...headers]))]);
}
