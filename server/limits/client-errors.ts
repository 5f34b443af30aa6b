import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DarkroomError } from '#core/errors.ts';
import { headersOf, problemOf } from '../problem.ts';

/** Answers what Node could not read as a request, where an answer can still be heard, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
    socket.destroy();
    return;
  }
  const named = nameOf(error);
  const body = JSON.stringify(problemOf(named));
  const headers = {
    ...headersOf(named),
    'x-content-type-options': 'nosniff',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${named.status} ${STATUS_CODES[named.status]}\r\n${head.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

function nameOf({ code }: NodeJS.ErrnoException): DarkroomError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new DarkroomError('headers_too_large', 'The address and the headers together are too long.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new DarkroomError('request_timeout', 'The header of the request did not come in time.');
  }
  return new DarkroomError('bad_request', 'This is not a request of HTTP/1.1.');
}

/** Node keeps the response under way there: what is written in the middle of one would be taken for a part of it. */
function hasBegunToAnswer(socket: Socket): boolean {
  const { _httpMessage: response } = socket as { _httpMessage?: { headersSent: boolean } | null };
  return response?.headersSent ?? false;
}
