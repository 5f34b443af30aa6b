import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Me } from '#core/domain/people.ts';
import type { Accounts } from './auth/accounts.ts';
import { userHeader, type Pages } from './next.ts';
import { placeOf } from './page-paths.ts';

/** Pages for who is not signed in. */
const open = new Set(['/sign-in', '/set-up', '/forgot-password', '/reset-password']);

/** Everything that is not ours goes to Next, with its body unread; who is not signed in is led to where they can. */
export function pageRoutes(pages: Pages, accounts: Pick<Accounts, 'refresh'> | undefined): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.all('/*', { schema: { hide: true } }, async (request, reply) => {
      if (request.url.startsWith('/api/') || !pages.takes(request)) return reply.callNotFound();
      const path = pathOf(request);
      const isAsset = placeOf(request.url) === 'asset';
      if (!isAsset && !request.user && !open.has(path)) {
        return reply.header('cache-control', 'no-store').redirect(`/sign-in${comeBackTo(request, path)}`, 303);
      }
      delete request.raw.headers[userHeader];
      if (request.user) request.raw.headers[userHeader] = encodeURIComponent(JSON.stringify(toMe(request.user)));
      if (!isAsset) {
        const cookies = (await accounts?.refresh(request.headers.cookie)) ?? [];
        if (cookies.length > 0) reply.raw.setHeader('set-cookie', cookies);
      }
      reply.hijack();
      await pages.handle(request.raw, reply.raw);
    });
  };
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '/';
}

/** Where to go after signing in: only where a person can be, and not where a script asked. */
function comeBackTo({ method, url, headers }: FastifyRequest, path: string): string {
  if (method !== 'GET' || path === '/' || headers.rsc !== undefined || !url.startsWith('/')) return '';
  return `?next=${encodeURIComponent(url)}`;
}

function toMe({
  id,
  email,
  name,
  role,
  abilities,
}: NonNullable<FastifyRequest['user']>): Omit<Me, 'usage' | 'quota_images' | 'quota_bytes'> {
  return { id, email, name, role, abilities: [...abilities] };
}
