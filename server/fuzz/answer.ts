import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { Problem } from '#core/domain/api.ts';

export interface Question {
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** In pieces: chunked, without a length. */
  body?: Buffer | Buffer[];
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks, one way or another. */
export type Asker = (question: Question) => Promise<Answer>;

/** As an answer: a server may hang up on who sends what it has refused already. */
const cutOff: Answer = { status: 0, headers: {}, body: '' };

/** Asks in process, past the network and Node's own parser. */
export function inProcess(fastify: FastifyInstance): Asker {
  return async ({ method, path: url, headers, body }) => {
    const payload = Array.isArray(body) ? Readable.from(body) : body;
    const answer = await fastify.inject({ method: method as 'GET', url, headers, payload });
    return { status: answer.statusCode, headers: answer.headers as IncomingHttpHeaders, body: answer.body };
  };
}

/** Asks over one real connection at a time, always with these headers. */
export function overHttp({ url, headers }: { url: string; headers: Record<string, string> }): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(url);
  return ({ method, path, headers: said, body }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const length = Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {};
    const asking = request(
      { hostname, port, method, path, agent, headers: { ...headers, ...said, ...length } },
      (response) => {
        const { statusCode: status = 0, headers: heard } = response;
        text(response).then((read) => resolve({ status, headers: heard, body: read }), reject);
      },
    );
    asking.on('error', () => resolve(cutOff));
    for (const piece of Array.isArray(body) ? body : []) asking.write(piece);
    asking.end(Buffer.isBuffer(body) ? body : undefined);
    return promise;
  };
}

/** Throws unless the answer is one that a client may be given: no 5xx, and problems for refusals. */
export async function ask(asker: Asker, question: Question): Promise<Answer> {
  const answer = await asker(question);
  const fault = faultOf(answer);
  if (fault) throw new Error(`${fault}: ${answer.status} ${answer.body}\nto ${describe(question)}`);
  return answer;
}

/** Throws unless an honest question is answered as it should be. */
export async function expectService(asker: Asker, question: Question, status: number): Promise<Answer> {
  const answer = await ask(asker, question);
  if (answer.status !== status)
    throw new Error(`An honest ${describe(question)} is answered ${answer.status} ${answer.body}`);
  return answer;
}

function faultOf({ status, headers, body }: Answer): string | null {
  if (status >= 500) return 'It failed';
  if (status < 400 || body === '') return null;
  if (!headers['content-type']?.startsWith('application/problem+json')) return 'A refusal is not a problem';
  const problem = Problem.safeParse(JSON.parse(body));
  return problem.success && problem.data.status === status ? null : 'A problem is not one of ours';
}

function describe({ method, path, headers, body = [] }: Question): string {
  const sent = Buffer.concat([body].flat()).toString('latin1').slice(0, 2000);
  return `${method} ${JSON.stringify(path)} ${JSON.stringify(headers)} ${JSON.stringify(sent)}`;
}
