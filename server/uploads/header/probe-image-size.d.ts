declare module 'probe-image-size/stream.js' {
  import type { Transform } from 'node:stream';

  /** Each takes bytes and gives at most one object with what the header says. */
  const probe: { parsers: Record<'avif' | 'gif' | 'jpeg', () => Transform> };
  export default probe;
}
