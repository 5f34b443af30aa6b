import { ServerResponse, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { Scope, socketPath, Subscribe, type SubscribeAnswer } from '#core/domain/live.ts';
import { toDarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { setSecurityHeaders } from './headers.ts';
import { startBridge, type Bridge, type RingLimit } from './live-bridge.ts';
import { startReports } from './live-reports.ts';
import { roomKey } from './live-scope.ts';
import { watchQueue, type LiveServer, type LiveSocket } from './live-socket.ts';
import { refusalOf, refuseUpgrade } from './origin.ts';
import { sendRefusal } from './problem.ts';
import { decodePosition, encodePosition } from './position.ts';
import type { Workers } from './workers.ts';

export interface Live {
  health(): { ok: boolean; detail: string };
  /** Disconnects every socket and stops following the log. */
  stop(): Promise<void>;
}

const mostSubscriptions = 50;
const defaultRing: RingLimit = { entries: 20_000, bytes: 64 << 20 };

/** Socket.IO on the HTTP server: who subscribes gets the updates of the log, as `core/domain/live.ts` promises. */
export function startLive(http: HttpServer, services: Services, workers: Workers, ring = defaultRing): Live {
  const { log } = services;
  const io: LiveServer = new Server({
    path: socketPath,
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: 16 << 10,
  });
  io.attach(http);
  guard(io);
  io.engine.on('connection_error', ({ code, message }: { code: number; message: string }) =>
    log.debug({ code, reason: message }, 'refused a socket'),
  );
  const bridge = startBridge(io, services, ring);
  const reports = startReports(io, services, workers);

  io.on('connection', (socket) => {
    socket.data = { user: { id: 'owner' }, queued: 0, rooms: new Map() };
    watchQueue(socket, () => {
      for (const room of socket.data.rooms.values()) room.resume(socket);
    });
    socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    socket.on('disconnect', () => {
      for (const room of socket.data.rooms.values()) room.leave(socket);
    });
    socket.on('subscribe', (request: unknown, answer: unknown) => {
      const tell = typeof answer === 'function' ? (result: SubscribeAnswer) => void answer(result) : () => {};
      subscribe(bridge, socket, request, tell).catch((error: unknown) => {
        const { code, message } = toDarkroomError(error);
        log.error({ err: error }, 'a subscription failed');
        tell({ error: { code, detail: message } });
      });
    });
    socket.on('unsubscribe', (request: unknown, answer: unknown) => {
      const scope = Scope.safeParse((request as { scope?: unknown } | null)?.scope);
      if (scope.success) socket.data.rooms.get(roomKey(scope.data, socket.data.user))?.leave(socket);
      if (typeof answer === 'function') answer();
    });
    reports.watch(socket);
  });

  return {
    health: () => bridge.health(),
    async stop() {
      reports.stop();
      io.disconnectSockets(true);
      io.engine.close();
      await bridge.stop();
    },
  };
}

/** The answer goes out before the first update. */
async function subscribe(
  bridge: Bridge,
  socket: LiveSocket,
  request: unknown,
  answer: (result: SubscribeAnswer) => void,
): Promise<void> {
  const result = Subscribe.safeParse(request);
  if (!result.success) {
    const issue = result.error.issues[0];
    return answer(badRequest(`${issue?.path.join('.') || 'request'}: ${issue?.message}`));
  }
  const { scope, since } = result.data;
  await bridge.ready;
  const asked = since === undefined ? undefined : readable(since);
  const isKnown = asked === undefined || (asked !== null && (await bridge.knows(asked)));
  if (!socket.connected) return;
  const position = asked ?? bridge.position;
  if (!isKnown || !bridge.reaches(position)) return answer({ resync: true });
  const isNew = !socket.data.rooms.has(roomKey(scope, socket.data.user));
  if (isNew && socket.data.rooms.size >= mostSubscriptions) {
    return answer(badRequest(`A connection takes ${mostSubscriptions} subscriptions at most.`));
  }
  answer({ position: encodePosition(position) });
  bridge.join(socket, scope, position);
}

/** Null for a token of another time: who holds it takes a new snapshot. */
function readable(token: string) {
  try {
    return decodePosition(token);
  } catch {
    return null;
  }
}

function badRequest(detail: string): SubscribeAnswer {
  return { error: { code: 'bad_request', detail } };
}

/** Every request of a socket, polling or upgrade, is held to the rules of the rest of the server. */
function guard(io: LiveServer): void {
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    setSecurityHeaders(request, response);
    const refusal = refusalOf(request, 'any method');
    if (!refusal) return next();
    if (response instanceof ServerResponse) sendRefusal(response, refusal);
    else refuseUpgrade(request.socket);
  });
}
