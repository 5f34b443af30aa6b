import { gzipSync } from 'node:zlib';
import { json, request, type Act, type Ask, type Case } from './request.ts';

const people = (body: string, headers: Ask['headers'] = {}): Act =>
  json(body, { as: 'admin', path: '/api/v1/people', headers });
const change = (body: string): Act => json(body, { as: 'admin', method: 'PATCH', path: '/api/v1/people/viewer' });
const key = (body: string): Act => json(body, { signedIn: 'viewer', path: '/api/v1/keys' });
const signIn = (body: string, headers: Ask['headers'] = {}): Act =>
  json(body, { path: '/api/auth/sign-in/email', headers });
const person = (more: string) => `{"email":"planted@example.com","name":"Planted","role":"viewer"${more}}`;
const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

/** JSON that reaches for what it was not given. */
export const bodies: Case[] = [
  ['a prototype', people(person(',"__proto__":{"role":"admin"}')), '400 bad_request'],
  ['a constructor’s prototype', people(person(',"constructor":{"prototype":{"role":"admin"}}')), '400 bad_request'],
  ['a prototype in escapes', people(person(',"\\u005f\\u005fproto__":{}')), '400 bad_request'],
  ['a prototype further in', change('{"name":"a","quota_images":{"__proto__":1}}'), '400 bad_request'],
  ['a key twice, of which the last is none', people(person(',"role":"owner"')), '400 bad_request'],
  ['a key that is not asked for', people(person(',"id":"admin"')), '400 bad_request'],
  [
    'a role of somebody who may not',
    json('{"role":"admin"}', { as: 'uploader', method: 'PATCH', path: '/api/v1/people/uploader' }),
    '403 forbidden',
  ],
  ['objects in 10,000 objects', people(nested(10_000)), '400 bad_request'],
  ['lists in 100,000 lists', people('['.repeat(100_000)), '400 bad_request'],
  ['a text of 1 MB', people(person(`,"password":"${'a'.repeat((1 << 20) - 200)}"`)), '400 bad_request'],
  ['a text of more than 1 MB', people(`"${'a'.repeat(1 << 20)}"`), '413 file_too_large'],
  ['a list for a text', people('{"email":["a@example.com"],"name":{},"role":["viewer"]}'), '400 bad_request'],
  ['a number that no number holds', change('{"quota_images":1e999}'), '400 bad_request'],
  ['a number below nothing', change('{"quota_images":-1}'), '400 bad_request'],
  ['a number with a fraction', change('{"quota_bytes":0.5}'), '400 bad_request'],
  ['a number of 10,000 digits', change(`{"quota_images":${'9'.repeat(10_000)}}`), '400 bad_request'],
  ['a number that is none', change('{"quota_images":NaN}'), '400 bad_request'],
  ['nothing', people(''), '400 bad_request'],
  ['null', people('null'), '400 bad_request'],
  ['half', people('{"email":'), '400 bad_request'],
  ['two', people('{}{}'), '400 bad_request'],
  ['bytes that are not UTF-8', people(person(',"password":"\xff\xfe\xc0\x80\xed\xa0\x80"')), '400 bad_request'],
  ['a mark of byte order', people(`\xef\xbb\xbf${person(',"x":1')}`), '400 bad_request'],
  ['UTF-16', people(Buffer.from(person(''), 'utf16le').toString('latin1')), '400 bad_request'],
  ['a form for JSON', people('email=a', { 'content-type': 'application/x-www-form-urlencoded' }), '400 bad_request'],
  ['JSON as a text', people(person(''), { 'content-type': 'text/plain' }), '400 bad_request'],
  ['JSON as multipart', people(person(''), { 'content-type': 'multipart/form-data; boundary=b' }), '400 bad_request'],
  ['JSON of no type', people(person(''), { 'content-type': [] }), '400 bad_request'],
  ['JSON of a type that is none', people(person(''), { 'content-type': 'a/b/c;;=' }), '400 bad_request'],
  [
    'JSON that is compressed',
    people(gzipSync(person('')).toString('latin1'), { 'content-encoding': 'gzip' }),
    '400 bad_request',
  ],
  [
    'an email with a line end',
    people('{"email":"a@example.com\\r\\nBcc: b@example.com","name":"x","role":"viewer"}'),
    '400 bad_request',
  ],
  [
    'an email of 5,000 characters',
    people(`{"email":"${'a'.repeat(5000)}@example.com","name":"x","role":"viewer"}`),
    '400 bad_request',
  ],
  ['somebody’s email', people('{"email":"VIEWER@example.com","name":"x","role":"viewer"}'), '409 email_taken'],
  ['a key that does more than its owner', key('{"name":"x","scopes":["manage"]}'), '403 forbidden'],
  ['a key of scopes there are not', key('{"name":"x","scopes":["__proto__"]}'), '400 bad_request'],
  [
    'a key of 1,000 scopes',
    key(`{"name":"x","scopes":[${Array<string>(1000).fill('"read"').join()}]}`),
    '400 bad_request',
  ],
  [
    'a key that ran out long ago',
    key('{"name":"x","scopes":["read"],"expires_at":"1970-01-01T00:00:00Z"}'),
    '400 bad_request',
  ],
  ['a key by a key', json('{"name":"x","scopes":["read"]}', { as: 'admin', path: '/api/v1/keys' }), '403 forbidden'],
  ['a password that is a list', signIn('{"email":"nobody@example.com","password":["a"]}'), '400 bad_request'],
  ['an email that is an object', signIn('{"email":{"$ne":null},"password":"a"}'), '400 bad_request'],
  [
    'a password of 1 MB',
    signIn(`{"email":"nobody@example.com","password":"${'a'.repeat(1 << 20)}"}`),
    '413 file_too_large',
  ],
  [
    'a password of 15 KB',
    signIn(`{"email":"nobody@example.com","password":"${'a'.repeat(15 << 10)}"}`),
    '400 bad_request',
  ],
  [
    'a sign-in as a form',
    signIn('email=a&password=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    '400 bad_request',
  ],
  [
    'a cancel with a body',
    request({
      as: 'uploader',
      method: 'POST',
      path: ({ mine }) => `/api/v1/tasks/${mine.task}/cancel`,
      headers: { 'content-type': 'application/json' },
      body: '{"run":99}',
    }),
    '409 conflict',
  ],
];
