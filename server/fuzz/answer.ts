import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { Problem } from '#core/domain/api.ts';

/** Asks in process, and throws unless the answer is one that a client may be given: no 5xx, and problems for refusals. */
export async function ask(app: FastifyInstance, request: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await app.inject(request);
  const fault = faultOf(answer);
  if (fault) throw new Error(`${fault}: ${answer.statusCode} ${answer.body}\nto ${describe(request)}`);
  return answer;
}

function faultOf({ statusCode, headers, body }: LightMyRequestResponse): string | null {
  if (statusCode >= 500) return 'It failed';
  if (statusCode < 400 || body === '') return null;
  if (!String(headers['content-type']).startsWith('application/problem+json')) return 'A refusal is not a problem';
  const problem = Problem.safeParse(JSON.parse(body));
  return problem.success && problem.data.status === statusCode ? null : 'A problem is not one of ours';
}

function describe({ method, url, headers, payload }: InjectOptions): string {
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString('latin1') : '';
  return `${method} ${JSON.stringify(url)} ${JSON.stringify(headers)} ${JSON.stringify(body.slice(0, 2000))}`;
}
