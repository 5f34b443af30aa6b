import type { FailureCode } from './protocol.ts';

/** What a decoder's own words mean, most telling first. Theirs name files and functions, so they never reach a person. */
const meanings: { pattern: RegExp; code: FailureCode; detail: string }[] = [
  {
    pattern: /out of memory|unable to malloc|could not allocate/i,
    code: 'out_of_memory',
    detail: 'Decoding needed more memory than there is.',
  },
  {
    pattern: /pixel limit|too many pixels|dimensions? (are|is) too large|exceeds? .*limit of \d+ pixels/i,
    code: 'too_many_pixels',
    detail: 'The picture has more pixels than can be developed.',
  },
  {
    pattern: /channel limit/i,
    code: 'unsupported_format',
    detail: 'The picture has more colour channels than can be developed.',
  },
  {
    pattern:
      /unsupported (codec|feature|image type|compression)|no decoding plugin|hevc|compression support is not|not (yet )?supported/i,
    code: 'unsupported_format',
    detail: 'The picture is coded in a way that cannot be decoded here.',
  },
  {
    pattern: /unsupported image format/i,
    code: 'damaged_image',
    detail: 'The file is damaged: it cannot be read as a picture.',
  },
  {
    pattern: /premature end|unexpected end|truncated|bad seek|end of (file|data|stream)|eof/i,
    code: 'damaged_image',
    detail: 'The file ends before the picture does.',
  },
  { pattern: /corrupt header|header/i, code: 'damaged_image', detail: 'The beginning of the file is damaged.' },
];

/** The failure of a picture in words for the person who sent it. */
export function inPlainWords(error: unknown): { code: FailureCode; detail: string } {
  const text = error instanceof Error ? error.message : String(error);
  const meaning = meanings.find(({ pattern }) => pattern.test(text));
  if (meaning === undefined) return { code: 'damaged_image', detail: 'The file is damaged and cannot be decoded.' };
  return { code: meaning.code, detail: meaning.detail };
}
