import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fixture } from '../pictures.ts';
import { end, file, part, sendForm } from './form.ts';
import { bearer, host, request, say, type Act, type Ask, type Case } from './request.ts';

const picture = readFileSync(fixture('plain.jpg'));
const good = file('a.jpg', picture);
const disposition = 'Content-Disposition: form-data; name="file"; filename="a.jpg"';

const form = (parts: (Buffer | string)[], ask: Partial<Ask> = {}): Act => request(sendForm(parts, ask));
const typed = (type: string, parts: (Buffer | string)[] = [good, end]): Act =>
  form(parts, { headers: { 'content-type': type } });
const long = 'b'.repeat(5000);
const head = [
  'POST /api/v1/images HTTP/1.1',
  host,
  bearer('uploader'),
  'Content-Type: multipart/form-data; boundary=b',
] as const;

/** Forms that are none, and some that only look as if they were none. */
export const forms: Case[] = [
  ['no boundary', typed('multipart/form-data'), '400 bad_request'],
  ['an empty boundary', typed('multipart/form-data; boundary='), '400 bad_request'],
  ['a quoted boundary of nothing', typed('multipart/form-data; boundary=""'), '400 bad_request'],
  ['a boundary that never comes', typed('multipart/form-data; boundary=other'), '400 bad_request'],
  ['a boundary in another case', typed('multipart/form-data; boundary=B'), '400 bad_request'],
  [
    'a boundary of 5,000 characters',
    typed(`multipart/form-data; boundary=${long}`, [`--${long}\r\n${disposition}\r\n\r\n`, picture, `\r\n--${long}--`]),
    '400 bad_request',
  ],
  ['two boundaries', typed('multipart/form-data; boundary=b; boundary=c'), '202'],
  ['another kind of multipart', typed('multipart/mixed; boundary=b'), '400 bad_request'],
  ['another character set', typed('multipart/form-data; charset=utf-16; boundary=b'), '202'],
  ['no type', form([good, end], { headers: { 'content-type': [] } }), '400 bad_request'],
  ['JSON for a type', typed('application/json'), '400 bad_request'],
  ['a form of a page for a type', typed('application/x-www-form-urlencoded'), '400 bad_request'],
  [
    'two types',
    form([good, end], { headers: { 'content-type': ['multipart/form-data', 'text/plain'] } }),
    '400 bad_request',
  ],
  ['nothing at all', form([]), '400 no_file'],
  ['only an end', form([end]), '400 no_file'],
  ['no end', form([good]), '400 bad_request'],
  ['half an end', form([good, '--b-']), '400 bad_request'],
  [
    'an end in the middle of a file',
    form([file('a.jpg', `${picture.toString('latin1', 0, 90)}\r\n--b--\r\n`)]),
    '422 unreadable_header',
  ],
  ['a part without an end', form([disposition]), '400 bad_request'],
  ['line ends of one character', form([`--b\n${disposition}\n\nx\n--b--\n`]), '400 bad_request'],
  ['words before and after', form(['before\r\n', good, end, 'after']), '202'],
  ['part headers without a colon', form([part('nonsense'), end]), '400 no_file'],
  ['part headers of control characters', form([part('\x01\x02: \x03\r\n\x00'), end]), '400 no_file'],
  [
    'a folded part header',
    form([part('Content-Disposition: form-data;\r\n name="file";\r\n filename="a"'), end]),
    '415 unsupported_format',
  ],
  ['a part without headers', form([part(''), end]), '400 no_file'],
  ['a part without a name', form([part('Content-Disposition: form-data'), end]), '400 no_file'],
  [
    'a file without a name',
    form([part('Content-Disposition: form-data; name="file"; filename=""', ''), end]),
    '400 no_file',
  ],
  [
    'a part that is an attachment',
    form([part('Content-Disposition: attachment; filename="a.jpg"', picture), end]),
    '400 no_file',
  ],
  [
    'two dispositions of a part',
    form([part(`${disposition}\r\n${disposition.replace('a.jpg', 'b.jpg')}`), end]),
    '415 unsupported_format',
  ],
  [
    'a form in a form',
    form([part(`${disposition}\r\nContent-Type: multipart/mixed; boundary=c`, '--c\r\n\r\nx\r\n--c--'), end]),
    '415 unsupported_format',
  ],
  [
    'a part header of 100 KB',
    form([part(`${disposition}\r\nX-A: ${'a'.repeat(100_000)}`), end]),
    '415 unsupported_format',
  ],
  ['10,000 part headers', form([part(`${disposition}${'\r\nX-A: a'.repeat(10_000)}`), end]), '415 unsupported_format'],
  ['10,000 tiny files', form([...Array<Buffer>(10_000).fill(file('a', '')), end]), '400 bad_request'],
  [
    '10,000 tiny fields',
    form([...Array<Buffer>(10_000).fill(part('Content-Disposition: form-data; name="a"')), end]),
    '400 bad_request',
  ],
  [
    'a field of 1 MB',
    form([part('Content-Disposition: form-data; name="preset"', 'a'.repeat(1 << 20)), end]),
    '400 bad_request',
  ],
  [
    'the name of a field of 1 MB',
    form([part(`Content-Disposition: form-data; name="${'a'.repeat(1 << 20)}"`), end]),
    '400 no_file',
  ],
  [
    'a field for a prototype',
    form([part('Content-Disposition: form-data; name="__proto__"'), good, end]),
    '400 bad_request',
  ],
  [
    'a field for a constructor',
    form([part('Content-Disposition: form-data; name="constructor"'), good, end]),
    '400 bad_request',
  ],
  [
    'a file for a field',
    form([part('Content-Disposition: form-data; name="preset"; filename="web"', 'web'), end]),
    '415 unsupported_format',
  ],
  [
    'a preset twice',
    form([
      part('Content-Disposition: form-data; name="preset"', 'web'),
      part('Content-Disposition: form-data; name="preset"', 'none'),
      good,
      end,
    ]),
    '422 unknown_preset',
  ],
  [
    'a preset of a prototype',
    form([part('Content-Disposition: form-data; name="preset"', 'constructor'), good, end]),
    '422 unknown_preset',
  ],
  [
    'a batch that is a path',
    form([part('Content-Disposition: form-data; name="batch"', '../../etc'), good, end]),
    '400 bad_request',
  ],
  [
    'a batch with a null',
    form([part('Content-Disposition: form-data; name="batch"', 'a\0b'), good, end]),
    '400 bad_request',
  ],
  [
    'a field in UTF-7',
    form([
      part('Content-Disposition: form-data; name="batch"\r\nContent-Type: text/plain; charset=utf-7', '+AC8-'),
      good,
      end,
    ]),
    '400 bad_request',
  ],
  [
    'a field in base64',
    form([
      part('Content-Disposition: form-data; name="batch"\r\nContent-Transfer-Encoding: base64', 'Li4v'),
      good,
      end,
    ]),
    '202',
  ],
  [
    'a compressed body',
    form([gzipSync(Buffer.concat([good, end]))], { headers: { 'content-encoding': 'gzip' } }),
    '400 bad_request',
  ],
  [
    'an Idempotency-Key of 300 characters',
    form([good, end], { headers: { 'idempotency-key': 'k'.repeat(300) } }),
    '400 bad_request',
  ],
  ['nobody’s form', form([good, end], { headers: { authorization: [] } }), '401 unauthenticated'],

  [
    'a length and chunks',
    say(...head, 'Content-Length: 5', 'Transfer-Encoding: chunked', '', '0', '', ''),
    '400 bad_request',
  ],
  ['two lengths', say(...head, 'Content-Length: 5', 'Content-Length: 6', '', 'aaaaa'), '400 bad_request'],
  ['a length that is too short', say(...head, 'Content-Length: 20', '', good.toString('latin1')), '400 bad_request'],
  ['a chunk of no length', say(...head, 'Transfer-Encoding: chunked', '', 'xyz', ''), '400 bad_request'],
  [
    'a chunk without an end',
    say(...head, 'Transfer-Encoding: chunked', '', 'ffffffffffffffffff', ''),
    '400 bad_request',
  ],
  ['a client that waits to be told to go on', form([good, end], { headers: { expect: '100-continue' } }), '202'],
  ['a client that expects something else', form([good, end], { headers: { expect: 'a miracle' } }), '417'],
  [
    'a client that leaves after the headers',
    form([], { headers: { 'content-length': '5000' }, until: 'sent' }),
    'closed',
  ],
  [
    'a client that leaves in the middle',
    form([good.subarray(0, 300)], { headers: { 'content-length': '5000' }, until: 'sent' }),
    'closed',
  ],
  ['a client that leaves after the last byte', form([part('nonsense'), end], { until: 'sent' }), 'closed'],
];
