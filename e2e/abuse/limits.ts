import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { fixture } from '../pictures.ts';
import { sendForm } from './form.ts';
import { together } from './races.ts';
import { ask, bodyOf, json, outcomeOf, request, type Act, type Ask, type Case, type Who } from './request.ts';
import { password, type Rig } from './rig.ts';

/** A Darkroom that allows little. */
export const littleAllowed = {
  RATE_LIMIT_SIGN_INS: '3',
  RATE_LIMIT_REQUESTS: '200',
  RATE_LIMIT_UPLOADS: '40',
  RATE_LIMIT_SOCKETS: '5',
  UPLOADS_AT_ONCE: '2',
  UPLOAD_MAX_BYTES: '20000',
  IMAGE_MAX_FRAMES: '2',
};

const signIn = (email: string, secret: string): Ask => ({
  method: 'POST',
  path: '/api/auth/sign-in/email',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email, password: secret }),
});
const handshake: Ask = { as: 'viewer', path: '/api/socket/?EIO=4&transport=polling' };
const large = Buffer.concat([readFileSync(fixture('plain.jpg')), Buffer.alloc(20_000)]);

/** What comes too fast, too large or too often for this one. */
export const limits: Case[] = [
  [
    'a storm of sign-ins',
    (rig) => together(rig, Array<Ask>(20).fill(signIn('viewer@example.com', 'wrong password'))),
    '17 × 429 rate_limited, 3 × 401 invalid_credentials',
  ],
  ['the right password in the storm', request(signIn('viewer@example.com', password)), '429 rate_limited'],
  [
    'the storm, as if it came from many places',
    (rig) => together(rig, asIfFromElsewhere(20, signIn('viewer@example.com', 'wrong password'))),
    '20 × 429 rate_limited',
  ],
  ['when to come again', comeAgain(signIn('viewer@example.com', password)), 'in a while'],
  ['somebody else, from the same place', request(signIn('uploader@example.com', password)), '200'],
  [
    'a storm of new passwords',
    (rig) =>
      together(
        rig,
        Array<Ask>(5).fill({ ...signIn('other@example.com', ''), path: '/api/auth/request-password-reset' }),
      ),
    '2 × 429 rate_limited, 3 × 200',
  ],
  [
    'a storm of links',
    (rig) =>
      together(
        rig,
        Array<Ask>(5).fill({
          ...signIn('', ''),
          path: '/api/auth/reset-password',
          body: JSON.stringify({ newPassword: password, token: 'x' }),
        }),
      ),
    '2 × 429 rate_limited, 3 × 400 invalid_token',
  ],
  ['a storm of handshakes', (rig) => together(rig, Array<Ask>(10).fill(handshake)), '5 × 200, 5 × 429 rate_limited'],
  [
    'a storm of questions',
    (rig) => together(rig, Array<Ask>(250).fill({ as: 'viewer', path: '/api/v1/presets' })),
    '200 × 200, 50 × 429 rate_limited',
  ],
  ['somebody else in that storm', request({ as: 'other', path: '/api/v1/presets' }), '200'],
  ['whether it lives, in that storm', request({ path: '/healthz' }), '200'],
  ['a file that is too large', request(sendForm(large)), '413 file_too_large'],
  [
    'a resumable upload that is too large',
    request({
      as: 'uploader',
      method: 'POST',
      path: '/api/v1/uploads',
      headers: { 'tus-resumable': '1.0.0', 'upload-length': '20001' },
    }),
    '413 file_too_large',
  ],
  ['an animation of too many frames', request(sendForm(readFileSync(fixture('animated.gif')))), '422 too_many_frames'],
  ['a third upload at once', thirdAtOnce(), '429 too_many_uploads, then 202'],
  ['two admins who demote each other', demotion(), 'one of them'],
];

/** Each says that it was passed on by a proxy, for another address. */
function asIfFromElsewhere(count: number, asked: Ask): Ask[] {
  return Array.from({ length: count }, (_, n) => {
    const claims = {
      'x-forwarded-for': `203.0.113.${n}`,
      'x-real-ip': `203.0.113.${n}`,
      forwarded: `for=203.0.113.${n}`,
    };
    return { ...asked, headers: { ...asked.headers, ...claims } };
  });
}

function comeAgain(asked: Ask): Act {
  return async (rig) => {
    const { headers } = await ask(rig, asked);
    return Number(headers['retry-after']) > 0 ? 'in a while' : `at ${headers['retry-after'] ?? 'no time'}`;
  };
}

/** Others begin to send and stop; a third is refused until they are gone. */
function thirdAtOnce(): Act {
  return async (rig) => {
    const slow: Socket[] = [];
    const third = sendForm(readFileSync(fixture('plain.gif')), { as: 'operator' });
    const refused = await until(rig, third, 429, () => slow.push(beginForm(rig, 'operator')));
    for (const socket of slow) socket.destroy();
    return `${refused}, then ${await until(rig, third, 202)}`;
  };
}

/** Asks again and again, after doing something each time, until the answer has this status. */
function until(rig: Rig, asked: Ask, wanted: number, first: () => void = () => {}): Promise<string> {
  return vi.waitFor(async () => {
    first();
    const answer = await ask(rig, asked);
    if (answer.status !== wanted) throw new Error(`The answer is ${outcomeOf(rig, answer)}.`);
    return outcomeOf(rig, answer);
  }, 5000);
}

/** The beginning of a form, of which no more comes. */
function beginForm({ url, people }: Rig, as: Who): Socket {
  const { hostname, port } = new URL(url);
  const lines = [
    'POST /api/v1/images HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${people[as].key}`,
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 9000',
  ];
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).write([...lines, '', '--b'].join('\r\n'));
  return socket;
}

/** Whoever comes second is no admin any more, or would leave none. */
function demotion(): Act {
  return async (rig) => {
    const demote = (as: 'admin' | 'secondAdmin', id: string) =>
      json('{"role":"viewer"}', { as, method: 'PATCH', path: `/api/v1/people/${id}` })(rig);
    const outcomes = await Promise.all([demote('admin', 'secondAdmin'), demote('secondAdmin', 'admin')]);
    const left = await Promise.all((['admin', 'secondAdmin'] as const).map((who) => roleOf(rig, who)));
    const isOne = outcomes.filter((outcome) => outcome === '200').length === 1;
    return isOne && left.filter((role) => role === 'admin').length === 1 ? 'one of them' : outcomes.join(' and ');
  };
}

/** Nothing for who is no longer let in. */
async function roleOf(rig: Rig, as: 'admin' | 'secondAdmin'): Promise<string> {
  const answer = await ask(rig, { as, path: '/api/v1/me' });
  return answer.status === 200 ? bodyOf<{ role: string }>(answer).role : '';
}
