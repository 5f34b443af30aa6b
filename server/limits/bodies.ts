import type { IncomingMessage, ServerResponse } from 'node:http';
import { DarkroomError } from '#core/errors.ts';
import type { Timeouts } from './timeouts.ts';

interface Body {
  request: IncomingMessage;
  response: ServerResponse;
  isUpload: boolean;
  /** Answers the request, if that is still to be done. */
  onLate: (error: DarkroomError) => void;
  startedAt: number;
  answeredAt: number | null;
  bytes: number;
  heardAt: number;
  /** Where the pace is counted from. */
  paced: { at: number; bytes: number };
}

type Watched = Pick<Body, 'request' | 'response' | 'isUpload' | 'onLate'>;

/**
 * Ends requests whose body does not come: silent ones, slow ones, and those that are none of the two and never end. Only
 * the sender is charged: while bytes wait for this server to read them, no time passes.
 */
export class BodyWatch {
  readonly #timeouts: Timeouts;
  readonly #bodies = new Set<Body>();
  readonly #timer: NodeJS.Timeout;

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
    this.#timer = setInterval(() => this.#check(performance.now()), timeouts.checkMs).unref();
  }

  /** Watches the request until its last byte has come; one without a body not at all. */
  watch(watched: Watched): void {
    if (!hasBody(watched.request)) return;
    const at = performance.now();
    const bytes = watched.request.socket.bytesRead;
    this.#bodies.add({ ...watched, startedAt: at, answeredAt: null, bytes, heardAt: at, paced: { at, bytes } });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#bodies.clear();
  }

  #check(now: number): void {
    for (const body of this.#bodies) {
      const { request, response } = body;
      if (request.complete || request.destroyed || request.socket.destroyed) this.#bodies.delete(body);
      else if (this.#isLate(body, now)) {
        this.#bodies.delete(body);
        end(body);
      } else if (response.writableFinished) body.answeredAt ??= now;
    }
  }

  #isLate(body: Body, now: number): boolean {
    const { silentMs, bodyMs, paceMs, bytesPerSecond } = this.#timeouts;
    const { request, isUpload, startedAt, answeredAt } = body;
    if (answeredAt !== null) return now - answeredAt >= bodyMs;
    const { bytesRead } = request.socket;
    const waitsForUs = request.readableLength > 0;
    if (bytesRead > body.bytes || waitsForUs) body.heardAt = now;
    body.bytes = bytesRead;
    if (waitsForUs) body.paced = { at: now, bytes: bytesRead };
    if (now - body.heardAt >= silentMs) return true;
    if (!isUpload) return now - startedAt >= bodyMs;
    if (now - body.paced.at < paceMs) return false;
    if (bytesRead - body.paced.bytes < (bytesPerSecond * paceMs) / 1000) return true;
    body.paced = { at: now, bytes: bytesRead };
    return false;
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The answer, where there is none yet, and then the connection, with all who still read from it. */
function end({ request, response, onLate }: Body): void {
  if (response.headersSent) {
    request.destroy();
    return;
  }
  response.setHeader('connection', 'close');
  response.once('finish', () => request.destroy());
  onLate(new DarkroomError('request_timeout', 'The rest of the request did not come in time.'));
  if (!response.headersSent) request.destroy();
}
