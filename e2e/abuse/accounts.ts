import { vi } from 'vitest';
import { ask, json, outcomeOf, request, send, type Act, type Case } from './request.ts';
import { password, signIn, type Rig } from './rig.ts';
import type { Answer } from './wire.ts';

const post = (path: string, body: object): Act => json(JSON.stringify(body), { path: `/api/auth/${path}` });
const asJson = { 'content-type': 'application/json' };
/** Of better-auth and its plugins, what this product does not have. */
const notThere = [
  'POST sign-up/email',
  'POST update-user',
  'POST delete-user',
  'POST change-email',
  'POST set-password',
  'POST link-social',
  'POST revoke-sessions',
  'POST refresh-token',
  'POST get-access-token',
  'POST verify-password',
  'POST admin/set-role',
  'POST api-key/create',
  'POST sign-in/oauth2',
  'GET list-sessions',
  'GET list-accounts',
  'GET delete-user/callback?token=a&callbackURL=https://evil.example',
  'GET verify-email?token=a&callbackURL=https://evil.example',
  'GET reset-password/planted?callbackURL=https://evil.example',
  'GET callback/evil?state=a&code=b',
  'GET sign-in/email',
  'GET error?error=<script>alert(1)</script>',
  'GET ok',
  'POST ../v1/people',
];

/** Signing in as somebody else, or learning who there is. */
export const accounts: Case[] = [
  ...notThere.map((route): Case => {
    const [method = '', path = ''] = route.split(' ', 2);
    const body = method === 'POST' ? { headers: asJson, body: '{}' } : {};
    return [route, request({ signedIn: 'admin', method, path: `/api/auth/${path}`, ...body }), '404 not_found'];
  }),
  [
    'a wrong password',
    post('sign-in/email', { email: 'viewer@example.com', password: 'wrong password' }),
    '401 invalid_credentials',
  ],
  ['no password', post('sign-in/email', { email: 'viewer@example.com' }), '400 bad_request'],
  [
    'an email that is a statement',
    post('sign-in/email', { email: "' OR 1=1 --", password }),
    '401 invalid_credentials',
  ],
  ['an email in other letters', signedIn('VIEWER@EXAMPLE.COM'), 'another session'],
  ['a session that was planted', signedIn('viewer@example.com'), 'another session'],
  [
    'whether there is such a person, by signing in',
    alike('sign-in/email', { password: 'wrong password' }),
    'no difference',
  ],
  ['whether there is such a person, by a new password', alike('request-password-reset', {}), 'no difference'],
  [
    'a sign-in that leads to another site',
    leads('sign-in/email', { email: 'viewer@example.com', password, callbackURL: 'https://evil.example/' }),
    'nowhere else',
  ],
  [
    'a sign-in that leads to another host',
    leads('sign-in/email', { email: 'viewer@example.com', password, callbackURL: '//evil.example/' }),
    'nowhere else',
  ],
  [
    'a sign-on that leads to another site',
    leads('sign-in/social', { provider: 'oidc', callbackURL: 'https://evil.example/' }),
    'nowhere else',
  ],
  [
    'a new password that leads to another site',
    post('request-password-reset', { email: 'viewer@example.com', redirectTo: 'https://evil.example/' }),
    '403 forbidden',
  ],
  [
    'a new password that is asked of another host',
    mailed({ 'x-forwarded-host': 'evil.example' }),
    'a link of this server',
  ],
  [
    'the answer of a sign-on that nobody began',
    request({ path: '/api/auth/callback/oidc?code=a&state=b' }),
    '302 to /sign-in?error=state_mismatch',
  ],
  [
    'a sign-in whose page leads to another site',
    request({ path: '/sign-in?next=//evil.example/&error=%3Cscript%3E' }),
    '200',
  ],
  [
    'a link for a new password that is none',
    post('reset-password', { newPassword: 'a password of theirs', token: 'planted' }),
    '400 invalid_token',
  ],
  [
    'a link of a prototype',
    post('reset-password', { newPassword: 'a password of theirs', token: '__proto__' }),
    '400 invalid_token',
  ],
  [
    'a link that is a list',
    post('reset-password', { newPassword: 'a password of theirs', token: ['a'] }),
    '400 bad_request',
  ],
  ['a link that is used up', resetTwice(), '200, then 400 invalid_token'],
  [
    'a set-up when all is set up',
    json(JSON.stringify({ token: 'planted', email: 'planted@example.com', name: 'x', password }), {
      path: '/api/v1/set-up',
    }),
    '400 invalid_token',
  ],
  [
    'a password that a key changes',
    json(JSON.stringify({ currentPassword: password, newPassword: 'a password of theirs' }), {
      as: 'viewer',
      path: '/api/auth/change-password',
    }),
    '403 forbidden',
  ],
  [
    'a password whose present one is another',
    json(JSON.stringify({ currentPassword: 'wrong password', newPassword: 'a password of theirs' }), {
      signedIn: 'viewer',
      path: '/api/auth/change-password',
    }),
    '400 wrong_password',
  ],
  ['a session that has been signed out', signedOut(), '401 unauthenticated'],
];

/** Signs in with a session in hand that somebody else knows, and says whether it became theirs. */
function signedIn(email: string): Act {
  return async (rig) => {
    const planted = 'darkroom.session_token=planted.planted';
    const body = JSON.stringify({ email, password });
    const answer = await ask(rig, {
      method: 'POST',
      path: '/api/auth/sign-in/email',
      headers: { ...asJson, cookie: planted },
      body,
    });
    const cookie = answer.headers['set-cookie'] ?? '';
    if (answer.status !== 200 || !/HttpOnly/i.test(cookie) || !/SameSite=Lax/i.test(cookie))
      return outcomeOf(rig, answer);
    const after = await ask(rig, { path: '/api/v1/me', headers: { cookie: planted } });
    return after.status === 401 && !cookie.includes('planted') ? 'another session' : 'the same session';
  };
}

/** What an answer tells, but for what differs each time. */
function seen({ status, headers, body }: Answer): string {
  const names = Object.keys(headers).toSorted();
  return JSON.stringify([status, names, headers['content-length'], body.toString()]);
}

/** Asks about somebody who is here and somebody who is not, and compares what is answered. */
function alike(path: string, more: object): Act {
  return async (rig) => {
    const about = async (email: string) => {
      const body = JSON.stringify({ email, ...more });
      return seen(await ask(rig, { method: 'POST', path: `/api/auth/${path}`, headers: asJson, body }));
    };
    const [known, unknown] = [await about('uploader@example.com'), await about('nobodyy@example.com')];
    return known === unknown ? 'no difference' : `${known} or ${unknown}`;
  };
}

function leads(path: string, content: object): Act {
  return async (rig) => {
    const body = JSON.stringify(content);
    const answer = await ask(rig, { method: 'POST', path: `/api/auth/${path}`, headers: asJson, body });
    const told = `${outcomeOf(rig, answer)} ${answer.headers.location ?? ''} ${answer.body.toString()}`;
    return answer.status < 500 && !told.includes('evil.example') ? 'nowhere else' : told;
  };
}

/** Asks for a new password for a person, and resolves to what the mail leads to. */
async function askForLink(rig: Rig, email: string, headers: Record<string, string> = {}): Promise<string> {
  const before = rig.mails.received.length;
  const body = JSON.stringify({ email });
  const [answer] = await send(rig, {
    method: 'POST',
    path: '/api/auth/request-password-reset',
    headers: { ...asJson, ...headers },
    body,
  });
  if (answer?.status !== 200) return outcomeOf(rig, answer);
  return vi.waitFor(() => {
    const mail = rig.mails.received.slice(before).find(({ envelope }) => envelope.to.includes(email));
    const link = /https?:\/\/\S+\?token=\S+/.exec(mail?.text ?? '')?.[0];
    if (!link) throw new Error(`There is no mail for ${email} yet.`);
    return link;
  }, 10_000);
}

function mailed(headers: Record<string, string>): Act {
  return async (rig) => {
    const link = await askForLink(rig, 'viewer@example.com', headers);
    return link.startsWith(`${rig.url}/reset-password?token=`) && !link.includes('evil')
      ? 'a link of this server'
      : link;
  };
}

function resetTwice(): Act {
  return async (rig) => {
    const token = new URL(await askForLink(rig, 'forgetful@example.com')).searchParams.get('token') ?? '';
    rig.secrets.push(token);
    const reset = post('reset-password', { newPassword: password, token });
    return `${await reset(rig)}, then ${await reset(rig)}`;
  };
}

function signedOut(): Act {
  return async (rig) => {
    const headers = { cookie: await signIn(rig, 'sender@example.com') };
    const answer = await ask(rig, { method: 'POST', path: '/api/auth/sign-out', headers });
    if (answer.status !== 200) return outcomeOf(rig, answer);
    return outcomeOf(rig, await ask(rig, { path: '/api/v1/me', headers }));
  };
}
