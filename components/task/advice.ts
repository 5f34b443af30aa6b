/** What a person can do about a failure, by its code. */
const advice: Record<string, string> = {
  damaged_image:
    'Open the file in the program it came from, export it again and upload that. To retry will not mend it.',
  decoder_timeout:
    'Retry when the machine is less busy. If it happens again, the picture is too costly: make it smaller.',
  decoder_crashed: 'Retry once. If it happens again, export the picture anew and upload that.',
  out_of_memory: 'Make the picture smaller, or have the memory limit of the worker raised, and retry.',
  worker_died: 'Retry once. If it happens again, tell whoever runs this server: the picture takes the worker down.',
  dead_letter:
    'Retry it. If it happens again, tell whoever runs this server: what was given up is kept with the dead letters.',
  original_missing: 'The file is no longer on the server. Upload it again.',
  too_many_pixels: 'Make the picture smaller and upload that.',
};

export function adviceFor(code: string): string {
  return advice[code] ?? 'Retry it. If it fails again, upload the picture anew.';
}
