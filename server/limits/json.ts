import type { FastifyInstance } from 'fastify';
import { DarkroomError } from '#core/errors.ts';

const mostDepth = 20;
const mostValues = 10_000;

/**
 * Bodies of JSON are read here and nowhere else, so that two keys of one name mean the last of them to everybody. What
 * would reach for a prototype is refused, and so is what is nested or branched beyond all use.
 */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    void parse(request, text, (error, body) => {
      if (error) done(error, undefined);
      else if (isWithinBounds(body)) done(null, body);
      else done(new DarkroomError('bad_request', 'The JSON is nested too deeply, or has too many values.'), undefined);
    });
  });
}

function isWithinBounds(body: unknown): boolean {
  const open = [{ value: body, depth: 1 }];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    values += 1;
    if (typeof value !== 'object' || value === null) continue;
    const children = Object.values(value);
    if (depth > mostDepth || values + open.length + children.length > mostValues) return false;
    for (const child of children) open.push({ value: child, depth: depth + 1 });
  }
  return true;
}
