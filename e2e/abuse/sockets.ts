import { ask, bearer, host, request, say, type Act, type Case, type Who } from './request.ts';
import type { Rig } from './rig.ts';

const path = '/api/socket/?EIO=4&transport=';
const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};
const polling = (query = '', headers = {}): Act => request({ as: 'viewer', path: `${path}polling${query}`, headers });
const webSocket = (headers: Record<string, string | string[]>, query = ''): Act =>
  request({ as: 'viewer', path: `${path}websocket${query}`, headers: { ...upgrade, ...headers } });
const subscribe = (scope: unknown, more = '') => `["subscribe",{"scope":${JSON.stringify(scope)}${more}}]`;
const id = '00000000-0000-4000-8000-000000000000';

/** Sends what is no packet of any page, and then what is one: is it still answered? */
const after =
  (...packets: (string | Uint8Array<ArrayBuffer>)[]): Act =>
  (rig) =>
    talk(rig, 'viewer', packets, subscribe('mine'));
/** What a subscription is answered with. */
const answered =
  (as: Who, event: string | ((rig: Rig) => string)): Act =>
  (rig) =>
    talk(rig, as, [], typeof event === 'string' ? event : event(rig));

/** Connections that are not from our pages, and packets that no page sends. */
export const sockets: Case[] = [
  ['polling from another site', polling('', { origin: 'https://evil.example' }), '403 forbidden'],
  ['polling from no origin', polling('', { origin: 'null' }), '403 forbidden'],
  ['polling that is cross-site', polling('', { 'sec-fetch-site': 'cross-site' }), '403 forbidden'],
  ['polling of another host', polling('', { host: 'evil.example' }), '403 forbidden'],
  ['a WebSocket from another site', webSocket({ origin: 'https://evil.example' }), '403'],
  ['a WebSocket from no origin', webSocket({ origin: 'null' }), '403'],
  ['a WebSocket from two origins', webSocket({ origin: ['http://127.0.0.1', 'https://evil.example'] }), '403'],
  ['a WebSocket of another host', webSocket({ host: 'evil.example' }), '403'],
  ['a WebSocket of an old version', webSocket({ 'sec-websocket-version': '7' }), '400'],
  ['a WebSocket without a key', webSocket({ 'sec-websocket-key': [] }), '400'],
  ['a WebSocket elsewhere', request({ as: 'viewer', path: '/_next/webpack-hmr', headers: upgrade }), 'closed'],
  ['a WebSocket on the API', request({ as: 'viewer', path: '/api/v1/me', headers: upgrade }), 'closed'],
  ['an old protocol', request({ as: 'viewer', path: '/api/socket/?EIO=3&transport=polling' }), '400'],
  ['a transport there is not', request({ as: 'viewer', path: `${path}carrier-pigeon` }), '400'],
  ['a transport of a prototype', request({ as: 'viewer', path: `${path}__proto__` }), '400'],
  ['a session there is not', polling('&sid=planted'), '400'],
  ['a session of a prototype', polling('&sid=__proto__'), '400'],
  [
    'a session to write to that there is not',
    request({ as: 'viewer', method: 'POST', path: `${path}polling&sid=planted`, body: '40' }),
    '400',
  ],
  ['a handshake by POST', request({ as: 'viewer', method: 'POST', path: `${path}polling`, body: '40' }), '400'],
  ['a handshake by PUT', request({ as: 'viewer', method: 'PUT', path: `${path}polling` }), '400'],
  ['a handshake of two keys', polling('', { authorization: ['Bearer a', 'Bearer b'] }), '400 bad_request'],
  [
    'a length and chunks',
    say(
      `POST ${path}polling HTTP/1.1`,
      host,
      bearer('viewer'),
      'Content-Length: 2',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    ),
    '400 bad_request',
  ],
  ['more than is taken, by polling', byPolling('4'.repeat(1 << 20)), '413'],
  ['rubbish by polling', byPolling('\x00\xff planted'), '200'],
  ['a thousand packets by polling', byPolling(Array<string>(1000).fill('2').join('\x1e')), '200'],

  ['nobody', (rig) => talk(rig, null, [], subscribe('mine')), 'unauthenticated'],
  ['a key that may not look', answered('sender', subscribe('mine')), 'forbidden'],
  ['a namespace there is not', after('40/admin,'), 'answered'],
  ['a namespace of a prototype', after('40/__proto__,{}'), 'answered'],
  ['a packet of no type', after('x'), 'closed'],
  ['a packet of a type there is not', after('49["a"]'), 'closed'],
  ['a packet that is no JSON', after('42["subscribe",'), 'closed'],
  ['a packet without an event', after('42[]'), 'closed'],
  ['a packet of an event that is reserved', after('42["disconnect"]'), 'closed'],
  ['a packet of a prototype', after('42["__proto__",{}]', '42["constructor"]'), 'answered'],
  ['a packet that is bytes', after(new Uint8Array(100)), 'closed'],
  ['a packet of 1 MB', after(`42["subscribe","${'a'.repeat(1 << 20)}"]`), 'closed'],
  ['bytes of 1 MB', after(new Uint8Array(1 << 20)), 'closed'],
  ['attachments that never come', after('453-["subscribe",{"_placeholder":true,"num":0}]'), 'closed'],
  ['a million attachments', after('451000000-["subscribe"]'), 'closed'],
  ['an attachment that nobody announced', after('42["subscribe",{"_placeholder":true,"num":0}]'), 'answered'],
  ['JSON of 3,000 lists', after(`42["subscribe",${'['.repeat(3000)}${']'.repeat(3000)}]`), 'answered'],
  ['an answer to no question', after('43999["x"]', '439[]'), 'answered'],
  ['being connected again', after('40', '40{"token":"x"}'), 'closed'],
  ['events there are not', after('42["admin"]', '42["tasks",{}]', '42["message",1]'), 'answered'],
  [
    'events of nothing',
    after('42["subscribe"]', '42["subscribe",null]', '42["unsubscribe"]', '42["unsubscribe",null]'),
    'answered',
  ],
  ['a flood', after(...Array<string>(2000).fill('42["unsubscribe",{"scope":"mine"}]')), 'closed'],
  ['a flood of pings', after(...Array<string>(2000).fill('3')), 'closed'],
  [
    'thousands of subscriptions',
    after(...Array.from({ length: 3000 }, (_, n) => `42${subscribe({ batch: `b${n}` })}`)),
    'closed',
  ],
  [
    'one subscription too many',
    after(...Array.from({ length: 50 }, (_, n) => `42${subscribe({ batch: `b${n}` })}`)),
    'bad_request',
  ],

  ['a prototype for a scope', answered('viewer', '["subscribe",{"scope":{"__proto__":{"task":"x"}}}]'), 'bad_request'],
  ['a scope there is not', answered('admin', subscribe('everything')), 'bad_request'],
  ['a scope of a list', answered('admin', subscribe(['all'])), 'bad_request'],
  ['a scope of 10,000 characters', answered('admin', subscribe({ batch: 'a'.repeat(10_000) })), 'bad_request'],
  ['the scope of all, for who may not', answered('uploader', subscribe('all')), 'forbidden'],
  ['the scope of all, for a key that may only look', answered('onlooker', subscribe('all')), 'forbidden'],
  ['somebody’s task', answered('uploader', ({ theirs }) => subscribe({ task: theirs.task })), 'not_found'],
  ['a task there is not', answered('uploader', subscribe({ task: id })), 'not_found'],
  ['a task that is a statement', answered('admin', subscribe({ task: "' OR 1=1" })), 'bad_request'],
  ['a place that is none', answered('viewer', subscribe('mine', ',"since":"planted"')), 'resync'],
  [
    'a place beyond all numbers',
    answered('viewer', subscribe('mine', `,"since":"${Buffer.from('{"0":1e999}').toString('base64url')}"`)),
    'resync',
  ],
  [
    'a place of a prototype',
    answered('viewer', subscribe('mine', `,"since":"${Buffer.from('{"__proto__":1}').toString('base64url')}"`)),
    'answered',
  ],
  [
    'a place of 10,000 characters',
    answered('viewer', subscribe('mine', `,"since":"${'a'.repeat(10_000)}"`)),
    'bad_request',
  ],
];

/** That of Node takes headers, of which the types, which are those of browsers, know nothing. */
const NodeWebSocket = WebSocket as unknown as new (
  url: string,
  options: { headers: Record<string, string> },
) => WebSocket;

/** Opens a session by polling and says this in it. */
function byPolling(body: string): Act {
  return async (rig) => {
    const opened = await ask(rig, { as: 'viewer', path: `${path}polling` });
    const sid = /"sid":"([^"]+)"/.exec(opened.body.toString())?.[1] ?? '';
    rig.secrets.push(sid);
    return request({ as: 'viewer', method: 'POST', path: `${path}polling&sid=${sid}`, body })(rig);
  };
}

/** Connects, says the packets, emits the event and resolves to what its answer is: `answered`, or why not. */
function talk(rig: Rig, as: Who | null, packets: (string | Uint8Array<ArrayBuffer>)[], event: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const headers: Record<string, string> = as ? { authorization: `Bearer ${rig.people[as].key}` } : {};
  const socket = new NodeWebSocket(`${rig.url.replace('http', 'ws')}${path}websocket`, { headers });
  socket.binaryType = 'arraybuffer';
  const hear = (text: string): void => {
    if (text.startsWith('0{')) socket.send('40');
    if (text.startsWith('44{')) resolve(/"message":"(\w+)"/.exec(text)?.[1] ?? text);
    if (text.startsWith('40{')) for (const packet of [...packets, `4277${event}`]) socket.send(packet);
    if (!text.startsWith('4377[')) return;
    resolve(/"code":"(\w+)"/.exec(text)?.[1] ?? (text.includes('"resync"') ? 'resync' : 'answered'));
  };
  socket.addEventListener('message', ({ data }) => hear(String(data)));
  // The answers to what is written after the end are not waited for.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', () => resolve('closed'));
  return promise.finally(() => socket.close());
}
