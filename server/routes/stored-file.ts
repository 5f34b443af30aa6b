import { Readable } from 'node:stream';
import { create } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import { nothing } from '../headers.ts';

export interface StoredFile {
  key: string;
  mediaType: string;
  /** A strong tag: it changes whenever a byte does. */
  etag: string;
  cacheControl: string;
  /** `Content-Disposition`. */
  disposition: string;
}

/** Two numbers fit many times over. */
const longestRange = 100;

/** Answers with stored bytes: whole, one range of them, or not at all where the client has them. Throws `not_found`. */
export async function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: Storage,
  file: StoredFile,
): Promise<FastifyReply> {
  const size = await storage.size(file.key);
  if (size === null) throw new DarkroomError('not_found', 'The file is not stored.');
  const range = rangeOf(request, file.etag, size);
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${size}`);
    throw new DarkroomError('range_not_satisfiable', `The file has ${size} bytes.`);
  }

  // A file carries nothing but itself: who fetches it keeps the session they have.
  reply.removeHeader('set-cookie');
  reply.headers({
    etag: file.etag,
    'cache-control': file.cacheControl,
    vary: 'Cookie, Authorization, X-API-Key',
    'accept-ranges': 'bytes',
    'content-disposition': file.disposition,
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    // Whatever a file pretends to be, a browser that opens it runs nothing.
    'content-security-policy': `${nothing}; sandbox`,
  });
  if (hasTag(request.headers['if-none-match'], file.etag)) return reply.code(304).send();

  reply.type(file.mediaType);
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  reply.header('content-length', range ? range.end - range.start + 1 : size);
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(Readable.from(await storage.read(file.key, range ?? undefined)));
}

function hasTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

/** The one range that is asked for; null for all, also where several are asked for or the file is another by now. */
function rangeOf(
  { headers }: FastifyRequest,
  etag: string,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  if (headers.range === undefined || headers.range.length > longestRange) return null;
  const given = /^bytes=(\d*)-(\d*)$/.exec(headers.range);
  const ifRange = headers['if-range'];
  if (!given || (ifRange !== undefined && ifRange !== etag)) return null;
  const [, first = '', last = ''] = given;
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** `Content-Disposition` with a name, for old clients and new (RFC 6266, RFC 8187). */
export function disposition(type: 'attachment' | 'inline', filename: string): string {
  return create(filename.toWellFormed(), { type });
}
