/**
 * Where the server keeps each upload. Written at once and not in turn with the files, so that it is known before the first
 * byte is sent: a page that goes at any moment leaves no upload that would be begun a second time.
 */
export const places = {
  note(id: string, url: string): void {
    quietly(() => localStorage.setItem(keyOf(id), url));
  },
  of(id: string): string | null {
    return quietly(() => localStorage.getItem(keyOf(id)));
  },
  forget(id: string): void {
    quietly(() => localStorage.removeItem(keyOf(id)));
  },
};

function keyOf(id: string): string {
  return `darkroom-upload-${id}`;
}

/** A browser that keeps nothing says so by throwing. */
function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
