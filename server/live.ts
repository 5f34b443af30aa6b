import { callbackify } from 'node:util';
import { ServerResponse, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { Scope, socketPath, Subscribe, type SubscribeAnswer } from '#core/domain/live.ts';
import { toDarkroomError } from '#core/errors.ts';
import type { Config } from '#core/config.ts';
import type { Services } from '#core/services.ts';
import { dropClaims } from './claims.ts';
import { learnAddress, proxyTrust } from './client-address.ts';
import { setSecurityHeaders } from './headers.ts';
import type { Identify, StillGood } from './auth/access.ts';
import { watchAccess } from './live-access.ts';
import { startBridge, type Bridge, type RingLimit } from './live-bridge.ts';
import { endFloods } from './live-flood.ts';
import { BodyWatch } from './limits/bodies.ts';
import { refusalOfHeaders } from './limits/headers.ts';
import { SocketLimit } from './limits/sockets.ts';
import { defaultTimeouts } from './limits/timeouts.ts';
import { startReports } from './live-reports.ts';
import { refusalOfScope, roomKey } from './live-scope.ts';
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

interface Connected {
  workers: Workers;
  identify: Identify;
  /** Which of those who are connected may stay; without it, all. */
  stillGood?: StillGood;
}

/** Socket.IO on the HTTP server: who subscribes gets the updates of the log, as `core/domain/live.ts` promises. */
export function startLive(
  http: HttpServer,
  services: Services,
  { workers, identify, stillGood }: Connected,
  ring = defaultRing,
): Live {
  const { log } = services;
  const io: LiveServer = new Server({
    path: socketPath,
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: 16 << 10,
    allowEIO3: false,
    connectTimeout: 20_000,
    upgradeTimeout: 10_000,
    pingTimeout: 20_000,
    perMessageDeflate: false,
    httpCompression: false,
  });
  io.attach(http);
  const bodies = new BodyWatch(defaultTimeouts);
  guard(io, services.config, bodies);
  endFloods(io, log);
  io.engine.on('connection_error', ({ code, message }: { code: number; message: string }) =>
    log.debug({ code, reason: message }, 'refused a socket'),
  );
  const bridge = startBridge(io, services, ring);
  const access = stillGood ? watchAccess(io, services, stillGood) : null;
  io.use(callbackify((socket: LiveSocket) => letIn(socket, identify)));
  const reports = startReports(io, services, workers);

  io.on('connection', (socket) => {
    access?.look();
    watchQueue(socket, () => {
      for (const room of socket.data.rooms.values()) room.resume(socket);
    });
    socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    socket.on('disconnect', () => {
      for (const room of socket.data.rooms.values()) room.leave(socket);
    });
    socket.on('subscribe', (request: unknown, answer: unknown) => {
      const tell = typeof answer === 'function' ? (result: SubscribeAnswer) => void answer(result) : () => {};
      subscribe({ bridge, services }, socket, request, tell).catch((error: unknown) => {
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
      bodies.stop();
      access?.stop();
      io.disconnectSockets(true);
      io.engine.close();
      await bridge.stop();
    },
  };
}

/** Throws what the client is told where it may not connect. */
async function letIn(socket: LiveSocket, identify: Identify): Promise<void> {
  const user = await identify(socket.request).catch((error: unknown) => {
    throw new Error(toDarkroomError(error).code, { cause: error });
  });
  if (!user) throw new Error('unauthenticated');
  if (!user.abilities.includes('read')) throw new Error('forbidden');
  socket.data = { user, queued: 0, rooms: new Map() };
}

/** The answer goes out before the first update. */
async function subscribe(
  { bridge, services }: { bridge: Bridge; services: Pick<Services, 'database'> },
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
  const refusal = await refusalOfScope(services, scope, socket.data.user);
  if (refusal) return answer({ error: { code: refusal.code, detail: refusal.message } });
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
function guard(io: LiveServer, config: Config, bodies: BodyWatch): void {
  const trusts = proxyTrust(config);
  const limit = new SocketLimit(config);
  io.engine.use(async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const refuse = (error: unknown): void => {
      const refusal = toDarkroomError(error);
      if (response instanceof ServerResponse) sendRefusal(response, refusal);
      else refuseUpgrade(request.socket, refusal);
    };
    if (response instanceof ServerResponse) bodies.watch({ request, response, isUpload: false, onLate: refuse });
    setSecurityHeaders(response, config);
    learnAddress(request, trusts);
    dropClaims(request.headers);
    const refusal = refusalOf(request, 'any method', config) ?? refusalOfHeaders(request);
    if (refusal) return refuse(refusal);
    try {
      await limit.take(request);
    } catch (error) {
      return refuse(error);
    }
    next();
  });
}
