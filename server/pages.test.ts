import Fastify from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { roles } from '#core/domain/access.ts';
import { identifyRequests } from './auth/access.ts';
import { person } from './fixtures/people.ts';
import { userHeader, type Pages } from './next.ts';
import { pageRoutes } from './pages.ts';

/** What reached the pages, in place of what would show it. */
const reached: { url: string; headers: IncomingHttpHeaders }[] = [];
const pages: Pages = {
  takes: ({ method }) => method === 'GET' || method === 'HEAD',
  async handle({ url = '', headers }, response) {
    reached.push({ url, headers });
    response.end('page');
  },
  upgrade() {},
  async close() {},
};

async function open() {
  const app = Fastify();
  identifyRequests(app, async ({ headers }) => {
    const role = roles.find((each) => each === headers['x-test-role']);
    return role ? person(`a ${role}`, role) : null;
  });
  await app.register(pageRoutes(pages, { refresh: async (cookie) => (cookie === 'old' ? ['new; HttpOnly'] : []) }));
  return app;
}

afterEach(() => void reached.splice(0));

test.each(['/', '/overview', '/people', '/account', '/tasks/1', '/anything'])(
  '%s leads who is not signed in to where they can, and shows everybody else the page of who they are',
  async (url) => {
    await using app = await open();
    const led = await app.inject({ url });
    expect(led.statusCode).toBe(303);
    expect(led.headers.location).toBe(url === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(url)}`);
    expect(reached).toEqual([]);
    for (const role of roles) {
      const forged = encodeURIComponent(JSON.stringify({ id: 'x', role: 'admin' }));
      await app.inject({ url, headers: { 'x-test-role': role, [userHeader]: forged } });
      const told = JSON.parse(decodeURIComponent(String(reached.at(-1)?.headers[userHeader])));
      expect(told).toMatchObject({ id: `a ${role}`, role });
    }
  },
);

test.each(['/sign-in', '/set-up?token=x', '/forgot-password', '/reset-password?token=x', '/favicon.svg'])(
  '%s is shown to who is not signed in, whoever they say that they are',
  async (url) => {
    await using app = await open();
    const forged = encodeURIComponent(JSON.stringify({ id: 'x', role: 'admin' }));
    expect((await app.inject({ url, headers: { [userHeader]: forged } })).statusCode).toBe(200);
    expect(reached).toMatchObject([{ url }]);
    expect(reached[0]?.headers).not.toHaveProperty(userHeader);
  },
);

test('what is no page is not there, and pages are only read', async () => {
  await using app = await open();
  const headers = { 'x-test-role': 'admin' };
  for (const url of ['/api/v1/nothing', '/api/']) expect((await app.inject({ url, headers })).statusCode).toBe(404);
  for (const method of ['POST', 'PUT', 'DELETE'] as const) {
    expect((await app.inject({ method, url: '/', headers })).statusCode).toBe(404);
  }
  expect(reached).toEqual([]);
});

test('a page lengthens the session, and what pages are made of does not', async () => {
  await using app = await open();
  const headers = { 'x-test-role': 'viewer', cookie: 'old' };
  expect((await app.inject({ url: '/overview', headers })).headers['set-cookie']).toEqual(['new; HttpOnly']);
  expect((await app.inject({ url: '/favicon.svg', headers })).headers).not.toHaveProperty('set-cookie');
});
