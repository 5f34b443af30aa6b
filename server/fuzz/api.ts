import type { Random } from '#core/consumer/model/random.ts';
import { ask, expectService, overHttp, type Asker, type Question } from './answer.ts';
import { openHouseUnderFuzz } from './app-under-fuzz.ts';
import type { Target } from './campaign.ts';
import { headerText } from './header-text.ts';
import { mutateText } from './mutate.ts';
import { entranceOperations, operationsOf, type Operation } from './operations.ts';
import { valueOf } from './schema-value.ts';

const words = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  'null',
  'true',
  '1e999',
  '-0',
  '\\ud800',
  '\\u0000',
  '"__proto__":{"admin":true},',
  '"constructor":{"prototype":{}},',
  "' OR 1=1 --",
  '\0',
  '\xff',
  '%',
  '*',
  '\u202e',
];
const types = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/xml',
  'multipart/form-data',
  '',
];

/** Every route that the API describes, asked with values that fit its schema, with such that do not, and with nonsense. */
export async function openApi(): Promise<Target> {
  const app = await openHouseUnderFuzz();
  const asker = overHttp(app);
  const described = operationsOf(app.app.fastify.swagger()).filter(({ body }) => !body?.isForm);
  const operations = [...described, ...entranceOperations];
  return {
    inputsPerSeed: 4,
    async feed(random) {
      const operation = random.pick(operations);
      if (operation) await ask(asker, requestOf(random, operation));
    },
    async settle() {
      await checkPrototypes(asker);
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function requestOf(random: Random, { method, path, parameters, body }: Operation): Question {
  const url = path.replace(/\{(\w+)\}/g, (_all, name: string) => segment(random, valueFor(random, name, parameters)));
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.5))
    .flatMap(({ name, schema }) =>
      Array.from({ length: random.oneOf(1, 1, 1, 2) }, () => [name, said(random, valueOf(random, schema))]),
    );
  if (random.chance(0.05)) query.push([random.oneOf('__proto__', 'constructor[x]', 'limit[]', ''), 'x']);
  const search = query.map(([name = '', value = '']) => `${name}=${segment(random, value)}`).join('&');
  const headers: Record<string, string> = {};
  for (const { in: where, name, schema } of parameters) {
    if (where === 'header' && random.chance(0.3)) headers[name] = headerText(said(random, valueOf(random, schema)));
  }
  const asked = { method, path: search === '' ? url : `${url}?${search}` };
  if (method === 'GET' || method === 'HEAD') return { ...asked, headers };
  const type = random.chance(0.85) ? 'application/json' : (random.pick(types) ?? '');
  return { ...asked, headers: { ...headers, 'content-type': type }, body: Buffer.from(json(random, body?.schema)) };
}

function json(random: Random, schema: object | undefined): string {
  if (random.chance(0.03)) return '['.repeat(random.oneOf(1000, 50_000)) + ']'.repeat(random.oneOf(0, 1000, 50_000));
  const text = JSON.stringify(schema ? valueOf(random, schema) : { a: [1, { b: null }] });
  return random.chance(0.3) ? text : mutateText(random, text, words);
}

function valueFor(random: Random, name: string, parameters: Operation['parameters']): string {
  return said(
    random,
    valueOf(random, parameters.find((each) => each.name === name && each.in === 'path')?.schema ?? {}),
  );
}

/** As it was, or broken. */
function said(random: Random, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return random.chance(0.5) ? text : mutateText(random, text, words);
}

/** Mostly encoded as it should be; a dot alone would be another path. */
function segment(random: Random, text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed()).replace(/^\.+$/, '%2e');
  return random.chance(0.95) ? encoded : encoded.replaceAll('%', random.oneOf('%25', '%u', '%c0%'));
}

async function checkPrototypes(asker: Asker): Promise<void> {
  if (Object.keys(Object.prototype).length > 0 || 'admin' in {}) throw new Error('A prototype was polluted.');
  await expectService(asker, { method: 'GET', path: '/api/v1/tasks?limit=1' }, 200);
}
