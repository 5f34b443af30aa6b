import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers by which a client or a proxy claims that a request is from somebody else, for something else, or came another
 * way. Libraries have believed them; nothing here does, so nothing here gets to see them.
 */
const claims = new RegExp(
  [
    /^(x-)?forwarded(-|$)/,
    /^(x-(real|client)|true-client|cf-connecting)-ip$/,
    /^x-(darkroom|user|remote-user|original|rewrite|http-method|method-override|host)(-|$)/,
    /^x-(middleware|nextjs|next|invoke|matched-path|now|vercel|prerender|action)(-|$)/,
    /^next-(action|resume)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Takes such headers off a request. */
export function dropClaims(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (claims.test(name)) delete headers[name];
}
