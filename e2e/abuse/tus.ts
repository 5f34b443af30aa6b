import { readFileSync } from 'node:fs';
import { fixture } from '../pictures.ts';
import { ask, request, type Act, type Ask, type Case, type Who } from './request.ts';
import type { Rig } from './rig.ts';

const picture = readFileSync(fixture('plain.png'));
const path = '/api/v1/uploads';
const version = { 'tus-resumable': '1.0.0' };
const bytes = { 'content-type': 'application/offset+octet-stream' };
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');

/** Begins an upload, with these headers. */
const create = (headers: Ask['headers'], more: Partial<Ask> = {}): Act =>
  request({ as: 'uploader', method: 'POST', path, ...more, headers: { ...version, ...headers } });
const described = (metadata: string): Act => create({ 'upload-length': '9', 'upload-metadata': metadata });

/** Begins an upload of 100 bytes and does this to it. */
const toOne =
  (method: string, headers: Ask['headers'], { body, as = 'uploader' }: { body?: string; as?: Who } = {}): Act =>
  async (rig) => {
    const at = await begin(rig, 100);
    return request({ as, method, path: at, headers: { ...version, ...headers }, ...(body !== undefined && { body }) })(
      rig,
    );
  };
const add = (headers: Ask['headers'], body = 'x'): Act =>
  toOne('PATCH', { ...bytes, 'upload-offset': '0', ...headers }, { body });

/** Does this to the upload that somebody else has begun. */
const toTheirs = (method: string, as: Who, headers: Ask['headers'] = {}): Act =>
  request({ as, method, path: ({ theirs }) => theirs.upload, headers: { ...version, ...headers } });

/** Begins an upload of this length, and resolves to where it is. */
export async function begin(rig: Rig, length: number, as: Who = 'uploader'): Promise<string> {
  const headers = { ...version, 'upload-length': String(length) };
  return (await ask(rig, { as, method: 'POST', path, headers })).headers.location ?? '';
}

/** Resumable uploads that lie about how long they are, where they are, what they are and whose they are. */
export const tus: Case[] = [
  ['a length below nothing', create({ 'upload-length': '-1' }), '400 bad_request'],
  ['a length of nothing', create({ 'upload-length': '0' }), '422 empty_file'],
  ['a length beyond all numbers', create({ 'upload-length': '9'.repeat(400) }), '400 bad_request'],
  ['a length beyond what is taken', create({ 'upload-length': String(2 ** 40) }), '413 file_too_large'],
  ['a length with a fraction', create({ 'upload-length': '1.5' }), '400 bad_request'],
  ['a length with an exponent', create({ 'upload-length': '1e3' }), '400 bad_request'],
  ['a length in hexadecimal', create({ 'upload-length': '0x10' }), '400 bad_request'],
  ['a length of two numbers', create({ 'upload-length': ['5', '6'] }), '400 bad_request'],
  ['a length that is no number', create({ 'upload-length': 'NaN' }), '400 bad_request'],
  ['no length', create({}), '400 bad_request'],
  ['a length to be told later', create({ 'upload-defer-length': '1' }), '400 bad_request'],
  ['a length now and later', create({ 'upload-length': '5', 'upload-defer-length': '1' }), '400 bad_request'],
  ['no version', create({ 'tus-resumable': [], 'upload-length': '5' }), '412 tus_version'],
  ['another version', create({ 'tus-resumable': '0.2.2', 'upload-length': '5' }), '412 tus_version'],
  ['two versions', create({ 'tus-resumable': ['1.0.0', '0.2.2'], 'upload-length': '5' }), '412 tus_version'],
  ['a part to be put together', create({ 'upload-length': '5', 'upload-concat': 'partial' }), '400 bad_request'],
  ['parts put together', create({ 'upload-concat': 'final;/api/v1/uploads/a /api/v1/uploads/b' }), '400 bad_request'],
  ['another method in a header', create({ 'upload-length': '5', 'x-http-method-override': 'DELETE' }), '201'],
  ['a body that is not bytes', create({ 'upload-length': '5', 'content-type': 'text/html' }, { body: '<b>' }), '201'],
  ['a creation by who may only look', create({ 'upload-length': '5' }, { as: 'viewer' }), '403 forbidden'],
  ['a creation by a key that may only look', create({ 'upload-length': '5' }, { as: 'onlooker' }), '403 forbidden'],

  ['metadata that is not base64', described('filename *'), '400 bad_request'],
  ['metadata of spaces', described('   '), '400 bad_request'],
  ['metadata of commas', described(',,,'), '400 bad_request'],
  ['a key of metadata twice', described(`filename ${base64('a')},filename ${base64('b')}`), '400 bad_request'],
  ['metadata for a prototype', described(`__proto__ ${base64('x')},constructor ${base64('y')}`), '400 bad_request'],
  ['metadata with a null', described(`filename ${base64('a\0b.jpg')}`), '201'],
  ['metadata of 10 KB', described(`filename ${base64('a'.repeat(7600))}`), '201'],
  ['metadata that is not UTF-8', described(`filename ${base64('\xff\xfe\xed\xa0\x80')}`), '201'],
  ['metadata with three words', described(`filename ${base64('a')} ${base64('b')}`), '400 bad_request'],
  ['metadata of a preset there is not', described(`preset ${base64('__proto__')}`), '422 unknown_preset'],
  ['metadata of a batch that is a path', described(`batch ${base64('../..')}`), '400 bad_request'],
  ['metadata that names somebody else', described(`user_id ${base64('other')},id ${base64('x')}`), '201'],

  ['no place', add({ 'upload-offset': [] }), '400 bad_request'],
  ['a place below nothing', add({ 'upload-offset': '-1' }), '400 bad_request'],
  ['a place further on', add({ 'upload-offset': '50' }), '409 conflict'],
  ['a place beyond the end', add({ 'upload-offset': '999999999999' }), '409 conflict'],
  ['a place that is no number', add({ 'upload-offset': '0x0' }), '400 bad_request'],
  ['another type than bytes', add({ 'content-type': 'image/jpeg' }), '400 bad_request'],
  ['no type', add({ 'content-type': [] }), '400 bad_request'],
  ['more bytes than were announced', add({}, 'x'.repeat(101)), '413 file_too_large'],
  ['a new length for what has one', add({ 'upload-length': '5' }), '400 bad_request'],
  ['a checksum that is wrong', add({ 'upload-checksum': 'sha1 AAAA' }), '204'],
  [
    'a method in a header',
    toOne('POST', { 'x-http-method-override': 'PATCH', 'upload-offset': '0', ...bytes }, { body: 'x' }),
    '404 not_found',
  ],
  ['GET of an upload', toOne('GET', {}), '404 not_found'],
  ['PUT of an upload', toOne('PUT', {}, { body: 'x' }), '404 not_found'],
  ['bytes that are no picture', announced(Buffer.from('<html>')), '415 unsupported_format'],
  ['bytes that come too many, of a picture', announced(picture, Buffer.from('<html>')), '413 file_too_large'],
  ['one upload to its end, and then again', twice(), '204, then 409 conflict'],

  ['somebody’s upload, looked at', toTheirs('HEAD', 'uploader'), '404'],
  ['somebody’s upload, looked at by an operator', toTheirs('HEAD', 'operator'), '404'],
  [
    'somebody’s upload, gone on with',
    toTheirs('PATCH', 'uploader', { ...bytes, 'upload-offset': '0' }),
    '404 not_found',
  ],
  [
    'somebody’s upload, gone on with by an admin',
    toTheirs('PATCH', 'admin', { ...bytes, 'upload-offset': '0' }),
    '404 not_found',
  ],
  ['somebody’s upload, ended', toTheirs('DELETE', 'uploader'), '404 not_found'],
  [
    'an upload there is not',
    request({ as: 'uploader', method: 'HEAD', path: `${path}/none`, headers: version }),
    '404',
  ],
  [
    'an upload outside',
    request({
      as: 'uploader',
      method: 'PATCH',
      path: `${path}/..%2f..%2fdarkroom.db`,
      headers: { ...version, ...bytes, 'upload-offset': '0' },
      body: 'x',
    }),
    '404 not_found',
  ],
  [
    'an upload with a null',
    request({ as: 'uploader', method: 'HEAD', path: `${path}/a%00b`, headers: version }),
    '404',
  ],
  [
    'the notes beside an upload',
    request({ as: 'other', method: 'HEAD', path: ({ theirs }) => `${theirs.upload}.info`, headers: version }),
    '404',
  ],
];

/** Announces these bytes, and sends them with more behind. */
function announced(content: Buffer, more: Buffer = Buffer.alloc(0)): Act {
  return async (rig) => {
    const at = await begin(rig, content.length);
    const headers = { ...version, ...bytes, 'upload-offset': '0' };
    return request({ as: 'uploader', method: 'PATCH', path: at, headers, body: Buffer.concat([content, more]) })(rig);
  };
}

function twice(): Act {
  return async (rig) => {
    const at = await begin(rig, picture.length);
    const headers = { ...version, ...bytes, 'upload-offset': '0' };
    const send = request({ as: 'uploader', method: 'PATCH', path: at, headers, body: picture });
    return `${await send(rig)}, then ${await send(rig)}`;
  };
}
