import { connect } from 'node:net';

/** An answer of HTTP, as it was heard. */
export interface Answer {
  status: number;
  /** By lower-case name; of several of one name the last. */
  headers: Record<string, string>;
  body: Buffer;
}

/** Where an exchange ends: with the first answer; when the server ends it; or before anything is heard. */
export type Until = 'answered' | 'closed' | 'sent';

/**
 * Says these bytes on a connection of its own, as they are, and resolves to all the answers that came. The client tidies
 * nothing up and believes nothing.
 */
export function exchange(url: string, bytes: Buffer, until: Until = 'answered'): Promise<Answer[]> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<Answer[]>();
  const socket = connect(Number(port), hostname);
  let heard: Buffer = Buffer.alloc(0);
  const isHead = /^HEAD /i.test(bytes.toString('latin1', 0, 5));
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    if (until === 'answered' && answersIn(heard, isHead).length > 0) socket.destroy();
  });
  // Being cut off is an answer too.
  socket.on('error', () => {});
  socket.once('close', () => resolve(answersIn(heard, isHead, true)));
  socket.write(bytes, () => {
    if (until === 'sent') socket.destroy();
  });
  return promise;
}

/** The whole answers there are so far, but for those that only say to go on. */
function answersIn(heard: Buffer, isHead: boolean, isAll = false): Answer[] {
  const answers: Answer[] = [];
  let rest = heard;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return answers;
    const [first = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*:\s*/, '')]),
    );
    const status = Number(first.split(' ')[1]);
    rest = rest.subarray(end + 4);
    if (status === 100) continue;
    const isEmpty = isHead || status === 101 || status === 204 || status === 304;
    const read = isEmpty ? { body: Buffer.alloc(0), length: 0 } : readBody(rest, headers, isAll);
    if (!read) return answers;
    answers.push({ status, headers, body: read.body });
    rest = rest.subarray(read.length);
  }
}

function readBody(
  rest: Buffer,
  headers: Record<string, string>,
  isAll: boolean,
): { body: Buffer; length: number } | null {
  if (headers['transfer-encoding'] === 'chunked') return readChunks(rest);
  if (headers['content-length'] === undefined) return isAll ? { body: rest, length: rest.length } : null;
  const length = Number(headers['content-length']);
  if (rest.length < length && !isAll) return null;
  return { body: rest.subarray(0, length), length: Math.min(length, rest.length) };
}

function readChunks(rest: Buffer): { body: Buffer; length: number } | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = rest.indexOf('\r\n', at);
    if (end === -1) return null;
    const size = Number.parseInt(rest.toString('latin1', at, end), 16);
    if (rest.length < end + 2 + size + 2) return null;
    chunks.push(rest.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
    if (size === 0) return { body: Buffer.concat(chunks), length: at };
  }
}
