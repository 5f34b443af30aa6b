import { thumbHashToDataURL } from 'thumbhash';

const drawn = new Map<string, string>();
const mostDrawn = 2000;

/** The ThumbHash as a picture that an `img` or a background can show; null where it cannot be read. */
export function placeholderUrl(hash: string): string | null {
  const known = drawn.get(hash);
  if (known !== undefined) return known;
  try {
    const url = thumbHashToDataURL(Uint8Array.from(atob(hash), (character) => character.charCodeAt(0)));
    if (drawn.size >= mostDrawn) drawn.delete(drawn.keys().next().value as string);
    drawn.set(hash, url);
    return url;
  } catch {
    return null;
  }
}
