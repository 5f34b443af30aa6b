import { createHash } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, type FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '../headers.ts';

/** Collects the routes that are registered from now on. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Darkroom',
        version: '1',
        description: 'Accepts pictures, develops each into web-ready derivatives, and says what became of it.',
      },
    },
    transform: jsonSchemaTransform,
  });
}

/** The description of the API, for machines and for people. */
export function openapiRoutes(): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/json').send(JSON.stringify(app.swagger())),
    );
    app.get('/api/docs', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', `${nothing}; style-src 'sha256-${styleHash}'`)
        .send(page(operationsOf(app.swagger() as object))),
    );
  };
}

interface Described {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  responses?: object;
}

function operationsOf(description: object) {
  const { paths = {} } = description as { paths?: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      summary: operation.summary ?? '',
      parameters: operation.parameters ?? [],
      answers: Object.keys(operation.responses ?? {}),
    })),
  );
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
    h2{font-size:1.1rem;margin:2rem 0 0}p{margin:.25rem 0}code{font-size:.95em}`;
const styleHash = createHash('sha256').update(style).digest('base64');

function page(operations: ReturnType<typeof operationsOf>): string {
  const sections = operations.map(({ method, path, summary, parameters, answers }) => {
    const names = parameters.map(
      (each) => `<code>${escape(each.name)}</code> (${escape(each.in)}${each.required ? ', required' : ''})`,
    );
    return `<section><h2><b>${escape(method)}</b> <code>${escape(path)}</code></h2>
      <p>${escape(summary)}</p>${names.length > 0 ? `<p>Takes ${names.join(', ')}.</p>` : ''}
      <p>Answers ${answers.map(escape).join(', ')}.</p></section>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Darkroom API</title>
    <style>${style}</style>
    <main><h1>Darkroom API</h1><p>The whole description: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).
    Errors are <code>application/problem+json</code> with a stable <code>code</code>.</p>${sections.join('')}</main></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
