import type { Ability } from '#core/domain/access.ts';
import type { ClientToServer } from '#core/domain/live.ts';
import type { subjects } from './subjects.ts';

/** Who may use a route: anybody, who is signed in or has a key, who is signed in, or who has an ability. */
export type Rule = 'anybody' | 'person' | 'session' | Ability;

export interface RouteAccess {
  rule: Rule;
  /** The status for who may; an answer to an empty request will do, as long as it is not that of a refusal. */
  ok: number;
  /** What `:id` is of. Of somebody else it is not there, but for operators; `strictly`: for them too. */
  subject?: keyof typeof subjects;
  strictly?: true;
  body?: object | 'bytes';
  headers?: Record<string, string>;
}

const tus = { 'tus-resumable': '1.0.0' };
const patch = { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };

/** Every route and who may use it. A route that is not here fails the test. */
export const routeAccess: Record<string, RouteAccess> = {
  'GET /healthz': { rule: 'anybody', ok: 200 },
  'GET /readyz': { rule: 'anybody', ok: 200 },
  'GET /api/openapi.json': { rule: 'anybody', ok: 200 },
  'GET /api/docs': { rule: 'anybody', ok: 200 },
  'GET /api/v1/entrance': { rule: 'anybody', ok: 200 },
  'POST /api/v1/set-up': { rule: 'anybody', ok: 400 },

  'POST /api/auth/sign-in/email': { rule: 'anybody', ok: 400 },
  'POST /api/auth/sign-in/social': { rule: 'anybody', ok: 400 },
  'GET /api/auth/callback/oidc': { rule: 'anybody', ok: 302 },
  'POST /api/auth/sign-out': { rule: 'anybody', ok: 200 },
  'GET /api/auth/get-session': { rule: 'anybody', ok: 200 },
  'POST /api/auth/request-password-reset': { rule: 'anybody', ok: 400 },
  'POST /api/auth/reset-password': { rule: 'anybody', ok: 400 },
  'POST /api/auth/change-password': { rule: 'session', ok: 400 },

  'GET /api/v1/me': { rule: 'person', ok: 200 },
  'GET /api/v1/sessions': { rule: 'session', ok: 200 },
  'DELETE /api/v1/sessions/:id': { rule: 'session', ok: 204, subject: 'session', strictly: true },
  'DELETE /api/v1/sessions': { rule: 'session', ok: 204 },
  'GET /api/v1/keys': { rule: 'session', ok: 200 },
  'POST /api/v1/keys': { rule: 'session', ok: 201, body: { name: 'x', scopes: ['read'] } },
  'DELETE /api/v1/keys/:id': { rule: 'session', ok: 204, subject: 'key', strictly: true },

  'GET /api/v1/people': { rule: 'manage', ok: 200 },
  'POST /api/v1/people': { rule: 'manage', ok: 201, body: { email: 'NEW', name: 'x', role: 'viewer' } },
  'PATCH /api/v1/people/:id': { rule: 'manage', ok: 200, subject: 'person', body: { name: 'y' } },
  'DELETE /api/v1/people/:id': { rule: 'manage', ok: 204, subject: 'person' },
  'DELETE /api/v1/people/:id/sessions': { rule: 'manage', ok: 204, subject: 'person' },
  'POST /api/v1/people/:id/invitation': { rule: 'manage', ok: 200, subject: 'person' },

  'GET /api/v1/presets': { rule: 'read', ok: 200 },
  'GET /api/v1/stats/summary': { rule: 'read', ok: 200 },
  'GET /api/v1/stats/series': { rule: 'read', ok: 200 },
  'GET /api/v1/workers': { rule: 'read', ok: 200 },
  'GET /api/v1/consumers': { rule: 'operate', ok: 200 },
  'GET /api/v1/dead-letters': { rule: 'operate', ok: 200 },
  'GET /api/v1/dead-letters/:id': { rule: 'operate', ok: 200, subject: 'deadLetter' },
  'POST /api/v1/dead-letters/:id/redrive': { rule: 'operate', ok: 200, subject: 'deadLetter' },
  'POST /api/v1/dead-letters/:id/discard': { rule: 'operate', ok: 200, subject: 'deadLetter' },

  'GET /api/v1/tasks': { rule: 'read', ok: 200 },
  'GET /api/v1/tasks/:id': { rule: 'read', ok: 200, subject: 'task' },
  'POST /api/v1/tasks/:id/retry': { rule: 'upload', ok: 202, subject: 'cancelledTask' },
  'POST /api/v1/tasks/:id/cancel': { rule: 'upload', ok: 202, subject: 'task' },
  'GET /api/v1/images/:id': { rule: 'read', ok: 200, subject: 'image' },
  'DELETE /api/v1/images/:id': { rule: 'upload', ok: 204, subject: 'image' },
  'GET /api/v1/images/:id/original': { rule: 'read', ok: 200, subject: 'image' },
  'GET /api/v1/images/:id/derivatives/:name': { rule: 'read', ok: 200, subject: 'image' },

  'POST /api/v1/images': { rule: 'upload', ok: 400 },
  'OPTIONS /api/v1/uploads': { rule: 'upload', ok: 204, headers: tus },
  'POST /api/v1/uploads': { rule: 'upload', ok: 201, headers: { ...tus, 'upload-length': '100' } },
  'OPTIONS /api/v1/uploads/:id': { rule: 'upload', ok: 204, headers: tus },
  'HEAD /api/v1/uploads/:id': { rule: 'upload', ok: 200, headers: tus, subject: 'upload', strictly: true },
  'PATCH /api/v1/uploads/:id': {
    rule: 'upload',
    ok: 204,
    headers: patch,
    subject: 'upload',
    strictly: true,
    body: 'bytes',
  },
  'DELETE /api/v1/uploads/:id': { rule: 'upload', ok: 204, headers: tus, subject: 'upload', strictly: true },
};

/** What a socket may be told about by whom; the compiler misses an event that is not here. */
export const eventAccess: Record<keyof ClientToServer, Rule> = { subscribe: 'read', unsubscribe: 'read' };
