import { part, sendForm } from './form.ts';
import { bearer, host, request, say, type Act, type Case } from './request.ts';

const get = ['GET /api/v1/me HTTP/1.1', host, bearer('viewer')] as const;
const post = ['POST /api/auth/sign-out HTTP/1.1', host, 'Content-Type: application/json'] as const;
const end = ['Connection: close', '', ''] as const;
const toHttp2 = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
/** What a request is to bring along unseen. */
const hidden = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** What is no request, what is a request to one and none to another, and what is too much of one. */
export const wires: Case[] = [
  [
    'a length and chunks, one request in another',
    say(...post, 'Content-Length: 4', 'Transfer-Encoding: chunked', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'chunks and a length, the other way around',
    say(...post, 'Transfer-Encoding: chunked', 'Content-Length: 60', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'chunks that are spelled another way',
    say(...post, 'Transfer-Encoding: xchunked', 'Content-Length: 4', '', hidden),
    '400 bad_request',
  ],
  [
    'chunks that are not the last encoding',
    say(...post, 'Transfer-Encoding: chunked, identity', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'chunks behind a tab',
    say(...post, 'Transfer-Encoding:\tchunked', 'Content-Length: 4', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'chunks in a folded header',
    say(...post, 'Transfer-Encoding:', ' chunked', 'Content-Length: 4', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'two kinds of chunks',
    say(...post, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity', '', `0\r\n\r\n${hidden}`),
    '400 bad_request',
  ],
  [
    'a chunk of a size below nothing',
    say(...post, 'Transfer-Encoding: chunked', '', '-1\r\nx\r\n0\r\n\r\n'),
    '400 bad_request',
  ],
  [
    'a chunk of a size in hexadecimal, twice',
    say(...post, 'Transfer-Encoding: chunked', '', '0x2\r\n{}\r\n0\r\n\r\n'),
    '400 bad_request',
  ],
  [
    'a chunk that is longer than it says',
    say(...post, 'Transfer-Encoding: chunked', '', '2\r\n{}{}\r\n0\r\n\r\n'),
    '400 bad_request',
  ],
  [
    'a chunk that ends in one character',
    say(...post, 'Transfer-Encoding: chunked', '', '2\n{}\n0\n\n'),
    '400 bad_request',
  ],
  [
    'an extension of a chunk without an end',
    say(...post, 'Transfer-Encoding: chunked', '', `2;${'a'.repeat(60_000)}`),
    '400 bad_request',
  ],
  [
    'trailers that name somebody',
    say(
      ...post,
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      `2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n`,
    ),
    '200',
  ],
  ['a length with a sign', say(...post, 'Content-Length: +2', '', '{}'), '400 bad_request'],
  ['a length of two', say(...post, 'Content-Length: 2, 2', '', '{}'), '400 bad_request'],
  ['a length in hexadecimal', say(...post, 'Content-Length: 0x2', '', '{}'), '400 bad_request'],
  ['a length of two headers', say(...post, 'Content-Length: 2', 'Content-Length: 3', '', '{}'), '400 bad_request'],
  ['a length that no number holds', say(...post, `Content-Length: ${'9'.repeat(40)}`, '', '{}'), '400 bad_request'],
  ['a length behind a space', say(...post, 'Content-Length : 2', '', '{}'), '400 bad_request'],
  ['a folded header', say(...get, 'X-Folded: a', ' b', ...end), '400 bad_request'],
  ['a header without a name', say(...get, ': a', ...end), '400 bad_request'],
  ['a header without a colon', say(...get, 'planted', ...end), '400 bad_request'],
  ['a header with a null', say(...get, 'X-A: a\0b', ...end), '400 bad_request'],
  ['a header with a return in it', say(...get, 'X-A: a\rX-User-Id: admin', ...end), '400 bad_request'],
  [
    'lines that end in one character',
    say(({ people }) => `GET /api/v1/me HTTP/1.1\nHost: localhost\nAuthorization: Bearer ${people.viewer.key}\n\n`),
    '400 bad_request',
  ],
  ['a header of 64 KB', say(...get, `X-A: ${'a'.repeat(64 << 10)}`, ...end), '431 headers_too_large'],
  ['a cookie of 20 KB', say(...get, `Cookie: ${'a=b; '.repeat(4000)}`, ...end), '431 headers_too_large'],
  ['500 headers', say(...get, ...Array.from({ length: 500 }, (_, n) => `X-${n}: a`), ...end), '431 headers_too_large'],
  [
    '5,000 headers',
    say(...get, ...Array.from({ length: 5000 }, (_, n) => `X-${n}: a`), ...end),
    '431 headers_too_large',
  ],
  ['an address of 64 KB', say(`GET /${'a'.repeat(64 << 10)} HTTP/1.1`, host, ...end), '431 headers_too_large'],
  [
    'two keys',
    request({ as: 'viewer', path: '/api/v1/me', headers: { authorization: ['Bearer a', 'Bearer b'] } }),
    '400 bad_request',
  ],
  ['HTTP/0.9', say('GET /api/v1/me', '', ''), '400 bad_request'],
  ['HTTP/1.0 without a host', say('GET /api/v1/me HTTP/1.0', ...end), '400 bad_request'],
  ['HTTP/2 at once', say('PRI * HTTP/2.0', '', 'SM', '', ''), '400 bad_request'],
  ['HTTP/9.9', say('GET / HTTP/9.9', host, ...end), '400 bad_request'],
  ['TLS', say('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), '400 bad_request'],
  ['an upgrade to HTTP/2', request({ as: 'viewer', path: '/api/v1/me', headers: toHttp2 }), '200'],
  [
    'a form with an upgrade to HTTP/2',
    request(sendForm([part('nonsense'), hidden], { headers: toHttp2 })),
    '400 bad_request',
  ],
  ['TRACE', request({ as: 'viewer', method: 'TRACE', path: '/api/v1/me' }), '404 not_found'],
  ['CONNECT', say('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443', ...end), 'closed'],
  ['a method there is not', say('BREW / HTTP/1.1', host, ...end), '400 bad_request'],
  ['a method of WebDAV', request({ as: 'admin', method: 'PROPFIND', path: '/api/v1/people' }), '404 not_found'],
  ['DELETE of a list', request({ as: 'admin', method: 'DELETE', path: '/api/v1/people' }), '404 not_found'],
  ['OPTIONS of everything', say('OPTIONS * HTTP/1.1', host, ...end), '400 bad_request'],
  ['a body for a question', request({ as: 'viewer', path: '/api/v1/me', body: '{}' }), '200'],

  ['a file, of the worker', toWorker(request({ path: '/..%2f..%2fetc/passwd' })), '404'],
  [
    'more than a question, to the worker',
    toWorker(request({ method: 'POST', path: '/healthz', body: 'x'.repeat(100_000) })),
    '405',
  ],
  ['rubbish, to the worker', toWorker(say('BREW', '')), '400'],
  [
    '5,000 headers, to the worker',
    toWorker(say('GET /healthz HTTP/1.1', ...Array.from({ length: 5000 }, (_, n) => `X-${n}: a`), ...end)),
    '431',
  ],
];

/** The same to the address that says how the worker is. */
function toWorker(act: Act): Act {
  return (rig) => act({ ...rig, url: rig.worker.url });
}
