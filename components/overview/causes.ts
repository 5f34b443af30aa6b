/** Causes of failure in a few words, for legends and tables. */
const words: Record<string, string> = {
  damaged_image: 'Damaged picture',
  decoder_timeout: 'Took too long',
  decoder_crashed: 'Decoder died',
  out_of_memory: 'Too much memory',
  worker_died: 'Worker died',
  dead_letter: 'Message given up',
  original_missing: 'Original missing',
  too_many_pixels: 'Too many pixels',
};

export function causeWords(code: string): string {
  return words[code] ?? code.replaceAll('_', ' ');
}
