import type { Ask } from './request.ts';

const type = 'multipart/form-data; boundary=b';

/** A part of a form whose boundary is `b`, with these headers. */
export function part(headers: string, body: string | Buffer = 'x'): Buffer {
  return Buffer.concat([bytes(`--b\r\n${headers}\r\n\r\n`), bytes(body), bytes('\r\n')]);
}

/** A part that is a file. */
export function file(name: string, body: string | Buffer = 'x'): Buffer {
  return part(`Content-Disposition: form-data; name="file"; filename="${name}"`, body);
}

export const end = bytes('--b--\r\n');

/** A request that sends a form with this one file, or these parts as they are. */
export function sendForm(
  content: Buffer | (Buffer | string)[],
  { headers, ...others }: Partial<Ask> = {},
): Ask & { body: Buffer } {
  const parts = Array.isArray(content) ? content : [file('picture', content), end];
  const body = Buffer.concat(parts.map(bytes));
  const all = { 'content-type': type, ...headers };
  return { as: 'uploader', method: 'POST', path: '/api/v1/images', ...others, headers: all, body };
}

function bytes(content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
}
