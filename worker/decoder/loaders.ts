import sharp from 'sharp';

/** What libvips calls the readers of the formats that are taken: AVIF is read as HEIF. */
const taken = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'];

/**
 * From now on this process reads the formats that are taken, from files, and nothing else, whatever a file begins with: no
 * drawing, no document, no format of libvips itself. The door refuses those by their bytes; here nothing is left to read them.
 */
export function readOnlyWhatIsTaken(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: taken.map((name) => `VipsForeignLoad${name}File`) });
}
