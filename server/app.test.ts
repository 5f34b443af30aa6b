import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { buildApp, type App } from './app.ts';
import { around } from './fixtures/around.ts';
import { asOwner } from './fixtures/people.ts';
import { openTestServices } from './fixtures/services.ts';

let services: Services;
let app: App;

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

async function start(changes: Partial<Services> = {}): Promise<string> {
  app = await buildApp({ ...services, ...changes }, { identify: asOwner });
  return app.listen();
}

async function ask(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

test.each([
  ['an address there is not', '/api/v1/nothing', 404, 'not_found', '/api/v1/nothing'],
  ['a page where none are served', '/anything', 404, 'not_found', '/anything'],
  ['an address that cannot be read', '/api/%zz', 400, 'bad_request', '%zz'],
  ['a task that is no id', '/api/v1/tasks/1', 400, 'bad_request', 'id:'],
  ['a task there is not', '/api/v1/tasks/00000000-0000-4000-8000-000000000000', 404, 'not_found', 'task'],
  ['a status there is not', '/api/v1/tasks?status=done,sleeping', 400, 'bad_request', 'status'],
  ['too long a page', '/api/v1/tasks?limit=201', 400, 'bad_request', 'limit'],
  ['no page at all', '/api/v1/tasks?limit=0', 400, 'bad_request', 'limit'],
  ['a cursor that was not given out', '/api/v1/tasks?cursor=!', 400, 'invalid_cursor', 'cursor'],
  ['a time that is none', '/api/v1/tasks?since=yesterday', 400, 'bad_request', 'since'],
  ['a chart of nothing known', '/api/v1/stats/series?metric=moods', 400, 'bad_request', 'metric'],
  [
    'a chart that runs backwards',
    '/api/v1/stats/series?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    400,
    'bad_request',
    'from',
  ],
  ['a chart of odd steps', '/api/v1/stats/series?step=7', 400, 'bad_request', 'step'],
])('%s is answered with a problem', async (_what, path, status, code, detail) => {
  const url = await start();
  const answer = await ask(url + path);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toEqual({
    type: `urn:darkroom:problem:${code}`,
    title: expect.any(String),
    status,
    code,
    detail: expect.stringContaining(detail),
  });
});

test('a body that is too large or that cannot be read is answered with a problem', async () => {
  const url = `${await start()}/api/v1/tasks/00000000-0000-4000-8000-000000000000/retry`;
  const json = { 'content-type': 'application/json' };
  const large = await ask(url, { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(2 << 20)) });
  expect(large).toMatchObject({ status: 413, body: { code: 'file_too_large' } });
  const broken = await ask(url, { method: 'POST', headers: json, body: '{' });
  expect(broken).toMatchObject({ status: 400, body: { code: 'bad_request' } });
});

const failing = (error: Error) => around(services.database, { read: () => Promise.reject(error) });

test('what goes wrong inside is told to nobody', async () => {
  const url = await start({ database: failing(new Error('password=secret in /etc/darkroom')) });
  const { status, body } = await ask(`${url}/api/v1/tasks`);
  expect(status).toBe(500);
  expect(body).toMatchObject({ code: 'internal' });
  expect(JSON.stringify(body)).not.toContain('secret');
});

test('a full disk and a database that is away keep their names, and the latter says when to come again', async () => {
  const full = await ask(
    `${await start({ database: failing(Object.assign(new Error(), { code: 'ENOSPC' })) })}/api/v1/tasks`,
  );
  expect(full).toMatchObject({ status: 507, body: { code: 'storage_full' } });
  await app.close();
  const error = new DarkroomError('database_unavailable', 'The database is away.');
  const away = await ask(`${await start({ database: failing(error) })}/api/v1/tasks`);
  expect(away).toMatchObject({ status: 503, body: { code: 'database_unavailable', detail: 'The database is away.' } });
  expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('every answer carries the id that its log lines have', async () => {
  const url = await start();
  const [one, two] = await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/healthz`)]);
  expect(one.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
});

test('it is ready while everything works, and says what does not', async () => {
  const working = await start();
  const ready = await vi.waitFor(async () => {
    const answer = await ask(`${working}/readyz`);
    expect(answer.status).toBe(200);
    return answer;
  });
  for (const name of ['database', 'storage', 'broker', 'bridge']) {
    expect(ready.body.checks[name]).toEqual({ ok: true, ms: expect.any(Number), detail: expect.any(String) });
  }
  await app.close();

  const ping = () => Promise.reject(new DarkroomError('broker_unavailable', 'The broker is away.'));
  const broker = around(services.broker, { ping });
  const url = await start({ broker });
  const { status, body } = await ask(`${url}/readyz`);
  expect(status).toBe(503);
  expect(body).toMatchObject({
    ok: false,
    checks: { broker: { ok: false, detail: 'The broker is away.' }, database: { ok: true } },
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a port that is taken is named', async () => {
  const url = await start();
  const port = Number(new URL(url).port);
  const second = await buildApp({ ...services, config: { ...services.config, PORT: port } }, { identify: asOwner });
  await expect(second.listen()).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining(`PORT=${port}`),
  });
  await second.close();
});
