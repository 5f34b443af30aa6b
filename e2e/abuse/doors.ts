import { readFileSync } from 'node:fs';
import { fixture } from '../pictures.ts';
import { sendForm } from './form.ts';
import { bearer, host, json, request, say, type Ask, type Case } from './request.ts';
import { password } from './rig.ts';

const picture = readFileSync(fixture('plain.jpg'));
const credentials = JSON.stringify({ email: 'viewer@example.com', password });

/** A route of each kind that changes something. */
const changes: Record<string, Ask> = {
  'a form': sendForm(picture),
  'a resumable upload': {
    as: 'uploader',
    method: 'POST',
    path: '/api/v1/uploads',
    headers: { 'tus-resumable': '1.0.0', 'upload-length': '5' },
  },
  'more of a resumable upload': {
    as: 'other',
    method: 'PATCH',
    path: ({ theirs }) => theirs.upload,
    headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: 'x',
  },
  'the end of a resumable upload': {
    as: 'other',
    method: 'DELETE',
    path: ({ theirs }) => theirs.upload,
    headers: { 'tus-resumable': '1.0.0' },
  },
  'signing in': {
    method: 'POST',
    path: '/api/auth/sign-in/email',
    headers: { 'content-type': 'application/json' },
    body: credentials,
  },
  'signing out': { signedIn: 'viewer', method: 'POST', path: '/api/auth/sign-out' },
  'the end of other sessions': { signedIn: 'viewer', method: 'DELETE', path: '/api/v1/sessions' },
  'a new key': {
    signedIn: 'admin',
    method: 'POST',
    path: '/api/v1/keys',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Planted', scopes: ['manage'] }),
  },
  'a new person': {
    signedIn: 'admin',
    method: 'POST',
    path: '/api/v1/people',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'planted@example.com', name: 'Planted', role: 'admin' }),
  },
  'the end of an image': { signedIn: 'uploader', method: 'DELETE', path: ({ mine }) => `/api/v1/images/${mine.image}` },
  'a retry': { signedIn: 'uploader', method: 'POST', path: ({ mine }) => `/api/v1/tasks/${mine.task}/retry` },
};

/** What a browser says of where a request comes from that another site has made it send. */
const strangers: Record<string, Record<string, string | string[]>> = {
  'a page of another site': { origin: 'https://evil.example' },
  'a page without an origin': { origin: 'null' },
  'another port': { origin: 'http://127.0.0.1:1' },
  'a browser that says so': { 'sec-fetch-site': 'cross-site' },
};

const crossSite = Object.entries(changes).flatMap(([what, ask]) =>
  Object.entries(strangers).map(([who, headers]): Case => {
    const all = { ...ask.headers, ...headers };
    return [`${what} from ${who}`, request({ ...ask, headers: all }), '403 forbidden'];
  }),
);

const me: Ask = { as: 'viewer', path: '/api/v1/me' };
const people: Ask = { as: 'viewer', path: '/api/v1/people' };
const nobody: Ask = { path: '/api/v1/people' };
const board: Ask = { path: '/people' };
const claiming = (ask: Ask, headers: Ask['headers']) => request({ ...ask, headers });
const toSignIn = '303 to /sign-in?next=%2Fpeople';

/** Requests from other sites, and requests that claim to be from somebody else or to have come another way. */
export const doors: Case[] = [
  ...crossSite,
  [
    'a form from a sibling site',
    request(withHeaders(sendForm(picture), { 'sec-fetch-site': 'same-site' })),
    '403 forbidden',
  ],
  [
    'a form from two origins',
    request(withHeaders(sendForm(picture), { origin: [`http://127.0.0.1`, 'https://evil.example'] })),
    '403 forbidden',
  ],
  [
    'a form from an origin that begins like ours',
    request(withHeaders(sendForm(picture), { origin: 'http://127.0.0.1.evil.example' })),
    '403 forbidden',
  ],
  ['a form of another host', request(withHeaders(sendForm(picture), { host: 'evil.example' })), '403 forbidden'],
  ['a question to a name that is pointed here', claiming(me, { host: 'evil.example:80' }), '403 forbidden'],
  ['a question to no host', claiming(me, { host: [] }), '400'],
  ['a question to a host of nothing', claiming(me, { host: '' }), '400 bad_request'],
  ['a question to a host that is none', claiming(me, { host: 'a@b/c' }), '400 bad_request'],
  ['a question to two hosts', claiming(me, { host: ['127.0.0.1', 'evil.example'] }), '400 bad_request'],
  [
    'a whole address for a path',
    say('GET http://evil.example/api/v1/me HTTP/1.1', host, 'Connection: close', '', ''),
    '400 bad_request',
  ],
  [
    'our own address for a path',
    say(({ url }) => `GET ${url}/api/v1/me HTTP/1.1`, host, bearer('viewer'), 'Connection: close', '', ''),
    '400 bad_request',
  ],
  ['a path that is a host', claiming({ path: '//evil.example/people' }, {}), '404 not_found'],

  [
    'X-Forwarded-For that says it is this machine',
    claiming(nobody, { 'x-forwarded-for': '127.0.0.1' }),
    '401 unauthenticated',
  ],
  ['X-Forwarded-Host of another site', claiming(me, { 'x-forwarded-host': 'evil.example' }), '200'],
  [
    'X-Forwarded-Proto and -Host for an origin of theirs',
    request(
      withHeaders(sendForm(picture), {
        origin: 'https://evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      }),
    ),
    '403 forbidden',
  ],
  ['Forwarded', claiming(nobody, { forwarded: 'for=127.0.0.1;host=localhost;proto=https' }), '401 unauthenticated'],
  ['X-User-Id of an admin', claiming(nobody, { 'x-user-id': 'admin' }), '401 unauthenticated'],
  [
    'X-User-Id of an admin beside a key',
    claiming(people, { 'x-user-id': 'admin', 'x-remote-user': 'admin' }),
    '403 forbidden',
  ],
  [
    'the header by which pages are told who asks',
    claiming(board, { 'x-darkroom-user': '%7B%22id%22%3A%22admin%22%7D' }),
    toSignIn,
  ],
  [
    'X-Middleware-Subrequest',
    claiming(board, { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' }),
    toSignIn,
  ],
  [
    'X-Middleware-Subrequest for the API',
    claiming(nobody, { 'x-middleware-subrequest': 'src/middleware' }),
    '401 unauthenticated',
  ],
  [
    'X-Original-URL',
    claiming({ path: '/sign-in' }, { 'x-original-url': '/people', 'x-rewrite-url': '/people' }),
    '200',
  ],
  ['X-HTTP-Method-Override', claiming({ ...me, method: 'POST' }, { 'x-http-method-override': 'GET' }), '404 not_found'],
  ['X-Invoke-Path', claiming(board, { 'x-invoke-path': '/sign-in', 'x-matched-path': '/sign-in' }), toSignIn],
  [
    'a server action',
    request({
      method: 'POST',
      path: '/sign-in',
      headers: { 'next-action': 'a'.repeat(42), 'content-type': 'text/plain;charset=UTF-8' },
      body: '[]',
    }),
    '404 not_found',
  ],
  [
    'a server action as a form',
    request({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b\r\nContent-Disposition: form-data; name="$ACTION_REF_1"\r\n\r\n\r\n--b--\r\n',
    }),
    '404 not_found',
  ],
  ['a page for React alone', claiming(board, { rsc: '1', 'next-router-state-tree': '%5B' }), '303 to /sign-in'],
  [
    'a state of the router that is none',
    request({ signedIn: 'viewer', path: '/?_rsc', headers: { rsc: '1', 'next-router-state-tree': '{{{' } }),
    '200',
  ],
  [
    '/_next/image of another site',
    request({ signedIn: 'viewer', path: '/_next/image?url=https%3A%2F%2Fevil.example%2Fa.png&w=64&q=75' }),
    '404 not_found',
  ],
  [
    '/_next/image of this server',
    request({ signedIn: 'viewer', path: '/_next/image?url=%2Fapi%2Fv1%2Fpeople&w=64&q=75' }),
    '404 not_found',
  ],
  ['/_next/ and up', request({ path: '/_next/../people' }), '404 not_found'],
  ['/_next/static/ and up', request({ path: '/_next/static/../../server/pages-manifest.json' }), '404 not_found'],
  ['/_next/static/ and up, escaped', request({ path: '/_next/static/%2e%2e/%2e%2e/package.json' }), '404 not_found'],
  ['/_next/data of a page', request({ path: '/_next/data/build/people.json' }), '404 not_found'],
  ['a file of the project', request({ path: '/package.json' }), '404 not_found'],
  ['a file of the project by a backslash', request({ path: '/..\\..\\package.json' }), '404 not_found'],
  ['a page with a null', request({ path: '/people%00' }), '404 not_found'],
  ['an address of 12 KB', request({ path: `/api/${'a'.repeat(12_000)}` }), '404 not_found'],
  ['a page that is put', json('{}', { method: 'PUT', path: '/people', signedIn: 'admin' }), '404 not_found'],
];

function withHeaders(ask: Ask, headers: Ask['headers']): Ask {
  return { ...ask, headers: { ...ask.headers, ...headers } };
}
