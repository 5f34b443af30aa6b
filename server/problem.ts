import type { ServerResponse } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Problem } from '#core/domain/api.ts';
import { DarkroomError, toDarkroomError } from '#core/errors.ts';

const mediaType = 'application/problem+json';
/** Seconds after which asking again makes sense when a part of the house is down. */
const outageSeconds = 5;

const problem = { description: 'What is wrong', content: { [mediaType]: { schema: Problem } } };

/** What every route may answer besides its own answers, for the description of the API. */
export const problems = { '4xx': problem, '5xx': problem };

/** Makes every error of every route a problem: routes just throw. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0];
    sendProblem(new DarkroomError('not_found', `There is nothing at ${request.method} ${path}.`), request, reply);
  });
}

/** Answers with the problem that the error is. What went wrong inside is told to the log and to nobody else. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const named = toNamed(error);
  if (named.status >= 500) request.log.error({ err: error, code: named.code }, 'a request failed');
  reply
    .code(named.status)
    .headers(headersOf(named))
    .send(JSON.stringify(problemOf(named)));
}

/** The same for a request that Fastify does not see. */
export function sendRefusal(response: ServerResponse, error: DarkroomError): void {
  response.writeHead(error.status, headersOf(error)).end(JSON.stringify(problemOf(error)));
}

/** What the answer to an error says beside the problem itself. */
export function headersOf({ status, retryAfter }: DarkroomError): Record<string, string> {
  const seconds = retryAfter ?? (status === 503 ? outageSeconds : null);
  return { 'content-type': mediaType, ...(seconds !== null && { 'retry-after': String(seconds) }) };
}

/** Errors of the framework that a client causes keep being the client's; all others are ours. */
function toNamed(error: unknown): DarkroomError {
  if (error instanceof DarkroomError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issue = error.validation[0];
    const field = issue?.instancePath.slice(1).replaceAll('/', '.') || error.validationContext;
    return new DarkroomError('bad_request', `${field}: ${issue?.message}`, { cause: error });
  }
  const { statusCode, message } = error as Partial<FastifyError>;
  if (statusCode === 413)
    return new DarkroomError('file_too_large', 'The body is larger than this server takes.', { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new DarkroomError('bad_request', message ?? 'The request cannot be read.', { cause: error });
  }
  return toDarkroomError(error);
}

/** The error as the API words it: the body of an answer. */
export function problemOf({ code, title, status, message }: DarkroomError): Problem {
  return { type: `urn:darkroom:problem:${code}`, title, status, code, detail: message };
}
