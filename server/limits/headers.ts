import type { IncomingMessage } from 'node:http';
import { DarkroomError } from '#core/errors.ts';

/** Bytes of the request line and all headers together; Node refuses more. */
export const mostHeaderBytes = 16 << 10;
const mostHeaders = 100;
/** What must be said once: programs differ in which of two they believe. */
const single = new Set(['host', 'content-length', 'transfer-encoding', 'content-type', 'authorization', 'origin']);

/** Why the headers of this request are not taken, or null. */
export function refusalOfHeaders({ rawHeaders }: IncomingMessage): DarkroomError | null {
  if (rawHeaders.length > 2 * mostHeaders) {
    return new DarkroomError('headers_too_large', `A request may have ${mostHeaders} headers.`);
  }
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (single.has(name) && seen.has(name)) {
      return new DarkroomError('bad_request', `The header ${name} may be there only once.`);
    }
    seen.add(name);
  }
  return null;
}
