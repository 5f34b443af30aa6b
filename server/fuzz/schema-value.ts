import type { Random } from '#core/consumer/model/random.ts';
import type { Schema } from './operations.ts';

interface Keywords {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

const nonsense: readonly unknown[] = [
  null,
  true,
  '',
  [],
  {},
  -1,
  1e21,
  [[[]]],
  { toString: 1 },
  'x'.repeat(5000),
  '\ud800',
  '\0',
];
const formats: Record<string, readonly string[]> = {
  uuid: ['00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  'date-time': ['2026-01-02T03:04:05Z', '+275760-09-13T00:00:00Z', '0000-01-01T00:00:00+23:59', '9999-12-31T23:59:60Z'],
  email: ['a@example.com', `${'a'.repeat(64)}@${'b'.repeat(180)}.com`],
};

/** A value that the JSON schema allows, at times at its very ends, and now and then one that it does not. */
export function valueOf(random: Random, schema: Schema): unknown {
  if (random.chance(0.05)) return random.pick(nonsense);
  const said = schema as Keywords;
  if (said.const !== undefined) return said.const;
  if (said.enum) return random.pick(said.enum);
  const choices = said.anyOf ?? said.oneOf;
  if (choices) return valueOf(random, random.pick(choices) ?? {});
  const type = Array.isArray(said.type) ? random.pick(said.type) : said.type;
  switch (type) {
    case 'object':
      return objectOf(random, said);
    case 'array':
      return Array.from({ length: random.oneOf(0, 1, 2, 20) }, () => valueOf(random, said.items ?? {}));
    case 'integer':
    case 'number':
      return numberOf(random, said);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    default:
      return textOf(random, said);
  }
}

function objectOf(random: Random, { properties = {}, required = [] }: Keywords): Record<string, unknown> {
  const kept = Object.entries(properties).filter(([name]) => random.chance(required.includes(name) ? 0.95 : 0.5));
  return Object.fromEntries(kept.map(([name, schema]) => [name, valueOf(random, schema)]));
}

function numberOf(random: Random, { minimum = -10, maximum = 1000 }: Keywords): number {
  return random.oneOf(minimum, maximum, minimum - 1, maximum + 1, 0, random.between(0, 100));
}

function textOf(random: Random, { format = '', minLength = 0, maxLength = 40 }: Keywords): string {
  const known = formats[format];
  if (known) return random.pick(known) ?? '';
  const length = random.oneOf(minLength, Math.min(maxLength, 5000), minLength + 3);
  return random.oneOf('a', '%', "'", 'é', '日', '\u202e', '*"').repeat(length).slice(0, length);
}
