import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Services } from '#core/services.ts';
import { buildApp, type App } from '#server/app.ts';
import { asOwner } from '#server/fixtures/people.ts';
import { openTestServices } from '#server/fixtures/services.ts';

interface Description {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

let services: Services;
let app: App;
let url: string;
let description: Description;

beforeAll(async () => {
  services = await openTestServices();
  app = await buildApp(services, { identify: asOwner });
  url = await app.listen();
  const response = await fetch(`${url}/api/openapi.json`);
  description = (await response.json()) as Description;
});
afterAll(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

test('every route of the contract is described', () => {
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/images',
      '/api/v1/tasks',
      '/api/v1/tasks/{id}',
      '/api/v1/tasks/{id}/retry',
      '/api/v1/tasks/{id}/cancel',
      '/api/v1/images/{id}',
      '/api/v1/images/{id}/original',
      '/api/v1/images/{id}/derivatives/{name}',
      '/api/v1/presets',
      '/api/v1/stats/summary',
      '/api/v1/stats/series',
      '/api/v1/workers',
      '/api/v1/dead-letters',
      '/api/v1/dead-letters/{id}',
      '/api/v1/dead-letters/{id}/redrive',
      '/api/v1/dead-letters/{id}/discard',
      '/api/v1/consumers',
      '/healthz',
      '/readyz',
    ]),
  );
});

test('the description holds together: each operation says what it takes and what it answers', () => {
  expect(description.openapi).toMatch(/^3\.1\./);
  for (const [path, operations] of Object.entries(description.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, { summary, parameters = [], responses }] of Object.entries(operations)) {
      const where = `${method} ${path}`;
      expect([where, summary]).toEqual([where, expect.stringMatching(/\w/)]);
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect([where, new Set(inPath.map(({ name }) => name))]).toEqual([where, new Set(named)]);
      for (const { required } of inPath) expect([where, required]).toEqual([where, true]);
      expect([where, Object.keys(responses)]).toEqual([
        where,
        expect.arrayContaining([expect.stringMatching(/^([1-5]\d\d|[1-5]XX|default)$/)]),
      ]);
      for (const { description: text } of Object.values(responses)) expect(text).toBeTypeOf('string');
    }
  }
});

test('refusals are described as problems', () => {
  const { responses } = description.paths['/api/v1/tasks']?.get ?? { responses: {} };
  expect(Object.keys(responses)).toEqual(['200', '4XX', '5XX']);
  expect(Object.keys(responses['4XX']?.content ?? {})).toEqual(['application/problem+json']);
});

test('people find every operation on one page that loads nothing from elsewhere', async () => {
  const response = await fetch(`${url}/api/docs`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = await response.text();
  for (const path of Object.keys(description.paths)) expect(page).toContain(`<code>${path}</code>`);
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(response.headers.get('content-security-policy')).toContain(`default-src 'none'`);
  expect(response.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
});
