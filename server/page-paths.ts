/** What pages are made of: known by their bytes (`_next/static`) or the files of `public/`. */
const asset = /^\/(_next\/static\/[\w.~/-]+|samples\/[\w-]+\.\w+|favicon\.svg)$/;
/** No page has a dot, an escape or a leading underscore in its address; what Next answers for itself has one of them. */
const page = /^\/([a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*\/?)?$/i;

/** What an address leads to: a file that pages are made of, a page that there may be, or nothing that Next is asked for. */
export function placeOf(url: string): 'asset' | 'page' | 'nowhere' {
  const path = url.split('?', 1)[0] ?? '';
  if (asset.test(path)) return path.includes('..') ? 'nowhere' : 'asset';
  return page.test(path) ? 'page' : 'nowhere';
}
