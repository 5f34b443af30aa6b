import { readFileSync } from 'node:fs';
import { fixture } from '../pictures.ts';
import { sendForm } from './form.ts';
import { bodyOf, ask, json, outcomeOf, request, type Act, type Ask, type Case, type Who } from './request.ts';
import type { Rig } from './rig.ts';
import type { Answer } from './wire.ts';

const to = (as: Who, method: string, path: (theirs: Rig['theirs']) => string): Act =>
  request({ as, method, path: ({ theirs }) => path(theirs) });
const bySession = (signedIn: Who, method: string, path: (theirs: Rig['theirs']) => string): Act =>
  request({ signedIn, method, path: ({ theirs }) => path(theirs) });
const image =
  (more = '') =>
  (theirs: Rig['theirs']) =>
    `/api/v1/images/${theirs.image}${more}`;
const task =
  (more = '') =>
  (theirs: Rig['theirs']) =>
    `/api/v1/tasks/${theirs.task}${more}`;
const me =
  (headers: Ask['headers'] | ((rig: Rig) => Ask['headers'])): Act =>
  (rig) =>
    request({ path: '/api/v1/me', headers: typeof headers === 'function' ? headers(rig) : headers })(rig);
const name = 'darkroom.session_token';

/** What is others' business, and who one is not. */
export const strangers: Case[] = [
  ...(['viewer', 'uploader', 'onlooker'] as const).flatMap((who): Case[] => [
    [`${who}: somebody’s image`, to(who, 'GET', image()), '404 not_found'],
    [`${who}: somebody’s original`, to(who, 'GET', image('/original')), '404 not_found'],
    [`${who}: a range of somebody’s derivative`, to(who, 'GET', image('/derivatives/large')), '404 not_found'],
    [`${who}: somebody’s task`, to(who, 'GET', task()), '404 not_found'],
  ]),
  ['uploader: somebody’s image, deleted', to('uploader', 'DELETE', image()), '404 not_found'],
  ['uploader: somebody’s task, tried again', to('uploader', 'POST', task('/retry')), '404 not_found'],
  ['uploader: somebody’s task, cancelled', to('uploader', 'POST', task('/cancel')), '404 not_found'],
  ['sender: somebody’s image, deleted', to('sender', 'DELETE', image()), '404 not_found'],
  ['sender: somebody’s image, looked at', to('sender', 'GET', image()), '403 forbidden'],
  ['viewer: somebody’s image, deleted', to('viewer', 'DELETE', image()), '403 forbidden'],
  ['viewer: somebody’s task, cancelled', to('viewer', 'POST', task('/cancel')), '403 forbidden'],
  ['uploader: somebody’s tasks by the batch', listed('uploader', 'batch='), '0 of somebody’s'],
  ['uploader: somebody’s tasks by a search', listed('uploader', 'q=picture'), '0 of somebody’s'],
  ['onlooker: somebody’s tasks', listed('onlooker', 'limit=200'), '0 of somebody’s'],
  ['onlooker: the tasks of all', request({ as: 'onlooker', path: '/api/v1/tasks?scope=all' }), '403 forbidden'],
  [
    'somebody’s session, ended',
    bySession('uploader', 'DELETE', ({ session }) => `/api/v1/sessions/${session}`),
    '404 not_found',
  ],
  [
    'somebody’s session, ended by an admin',
    bySession('admin', 'DELETE', ({ session }) => `/api/v1/sessions/${session}`),
    '404 not_found',
  ],
  ['somebody’s key, revoked', bySession('uploader', 'DELETE', ({ key }) => `/api/v1/keys/${key}`), '404 not_found'],
  [
    'somebody’s key, revoked by an admin',
    bySession('admin', 'DELETE', ({ key }) => `/api/v1/keys/${key}`),
    '404 not_found',
  ],
  ['people, to an operator', request({ as: 'operator', path: '/api/v1/people' }), '403 forbidden'],
  [
    'people, to who asks as an admin in the query',
    request({ as: 'viewer', path: '/api/v1/people?role=admin&user=admin' }),
    '403 forbidden',
  ],
  ['dead letters, to an uploader', request({ as: 'uploader', path: '/api/v1/dead-letters' }), '403 forbidden'],
  ['consumers, to a key that may only look', request({ as: 'onlooker', path: '/api/v1/consumers' }), '403 forbidden'],
  [
    'somebody, made an admin by themselves',
    json('{"role":"admin"}', { signedIn: 'operator', method: 'PATCH', path: '/api/v1/people/operator' }),
    '403 forbidden',
  ],

  ['somebody’s Idempotency-Key', sameKey(), 'to each their own'],

  ['a key that nobody has', me({ authorization: `Bearer dk_${'A'.repeat(43)}` }), '401 unauthenticated'],
  ['a key with a wildcard', me({ authorization: 'Bearer dk_%' }), '401 unauthenticated'],
  ['a key of 10 KB', me({ authorization: `Bearer ${'A'.repeat(10_000)}` }), '401 unauthenticated'],
  [
    'a key in the address',
    request({ path: ({ people }) => `/api/v1/me?key=${people.admin.key}&access_token=${people.admin.key}` }),
    '401 unauthenticated',
  ],
  [
    'a key without its last character',
    me(({ people }) => ({ authorization: `Bearer ${people.admin.key.slice(0, -1)}` })),
    '401 unauthenticated',
  ],
  [
    'a key in other letters',
    me(({ people }) => ({ authorization: `Bearer ${people.admin.key.toUpperCase()}` })),
    '401 unauthenticated',
  ],
  [
    'a key as a password',
    me(({ people }) => ({ authorization: `Basic ${Buffer.from(`admin:${people.admin.key}`).toString('base64')}` })),
    '401 unauthenticated',
  ],
  [
    'two keys of two people',
    me(({ people }) => ({ authorization: `Bearer ${people.viewer.key}`, 'x-api-key': people.admin.key })),
    '401 unauthenticated',
  ],
  [
    'a wrong key beside a right cookie',
    me(({ people }) => ({ 'x-api-key': 'x', cookie: people.admin.cookie })),
    '401 unauthenticated',
  ],
  ['a cookie that nobody signed', me({ cookie: `${name}=planted` }), '401 unauthenticated'],
  [
    'a cookie of another signature',
    me(({ people }) => ({ cookie: people.admin.cookie.replace(/\.\w/, '.!') })),
    '401 unauthenticated',
  ],
  [
    'a cookie of an empty signature',
    me(({ people }) => ({ cookie: people.admin.cookie.split('.', 2).join('.').concat('.') })),
    '401 unauthenticated',
  ],
  [
    'somebody’s session with one’s own signature',
    me(({ people }) => ({ cookie: mixed(people.admin.cookie, people.viewer.cookie) })),
    '401 unauthenticated',
  ],
  [
    'a cookie of another name',
    me(({ people }) => ({ cookie: people.admin.cookie.replace('darkroom', '__Host-darkroom') })),
    '401 unauthenticated',
  ],
  ['a cookie of broken escapes', me({ cookie: `${name}=%zz%; =; ;;` }), '401 unauthenticated'],
  ['a prototype for a cookie', me({ cookie: '__proto__=1; constructor=1' }), '401 unauthenticated'],
  [
    'a wrong cookie before a right one',
    me(({ people }) => ({ cookie: `${name}=x.y; ${people.viewer.cookie}` })),
    '200',
  ],
];

/** How many tasks of somebody else a list shows. */
function listed(as: Who, query: string): Act {
  return async (rig) => {
    const answer = await ask(rig, { as, path: `/api/v1/tasks?${query}` });
    if (answer.status !== 200) return outcomeOf(rig, answer);
    const { items } = bodyOf<{ items: { user_id: string }[] }>(answer);
    return `${items.filter(({ user_id }) => user_id !== as).length} of somebody’s`;
  };
}

/** Two people send the same under the same key: what one is told is nothing to the other. */
function sameKey(): Act {
  return async (rig) => {
    const form = sendForm(readFileSync(fixture('plain.png')), { headers: { 'idempotency-key': 'planted by two' } });
    const [one, other] = [await ask(rig, form), await ask(rig, { ...form, as: 'other' })];
    const idsOf = (answer: Answer) => bodyOf<{ images: { id: string }[] }>(answer).images.map(({ id }) => id);
    return idsOf(one).join() === idsOf(other).join() ? 'one for both' : 'to each their own';
  };
}

/** The token of one cookie with the signature of another. */
function mixed(one: string, other: string): string {
  return `${one.slice(0, one.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
}
