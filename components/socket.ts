import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, Scope, ServerToClient, SubscribeAnswer } from '../core/domain/live.ts';
import { socketPath } from '../core/domain/urls.ts';

/** The only Socket.IO client. */

const refusedMs = 2000;

export interface SocketEvents {
  /** Also after every reconnect; subscriptions of the connection before are gone. */
  connected: () => void;
  disconnected: () => void;
  /** Nobody is signed in any more. */
  signedOut: () => void;
  tasks: ServerToClient['tasks'];
  resync: ServerToClient['resync'];
  stats: ServerToClient['stats'];
  workers: ServerToClient['workers'];
}

export interface LiveSocket {
  /** Asks for every update of this scope after `since`. Rejects when the connection breaks first. */
  subscribe(scope: Scope, since: string): Promise<SubscribeAnswer>;
  unsubscribe(scope: Scope): void;
  close(): void;
}

/**
 * Connects to the page's server unless told another, and goes on trying for as long as it is not closed. What is no
 * browser signs in by headers.
 */
export function openSocket(
  events: SocketEvents,
  server = location.origin,
  extraHeaders: Record<string, string> = {},
): LiveSocket {
  const socket: Socket<ServerToClient, ClientToServer> = io(server, {
    path: socketPath,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    extraHeaders,
    reconnectionDelay: 250,
    reconnectionDelayMax: 2000,
  });
  let again: ReturnType<typeof setTimeout> | undefined;
  socket.on('connect', events.connected);
  socket.on('disconnect', (reason) => {
    events.disconnected();
    // A server that ends a connection in words, as when a session ends, is not asked again unless told so. There may
    // be another session: only who is refused then is signed out.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', ({ message }) => {
    events.disconnected();
    if (message === 'unauthenticated') events.signedOut();
    // Refused in words, which is not tried again unless told so.
    if (!socket.active) again = setTimeout(() => socket.connect(), refusedMs);
  });
  socket.on('tasks', events.tasks);
  socket.on('resync', events.resync);
  socket.on('stats', events.stats);
  socket.on('workers', events.workers);
  return {
    subscribe: (scope, since) => socket.timeout(10_000).emitWithAck('subscribe', { scope, since }),
    unsubscribe: (scope) => void socket.emit('unsubscribe', { scope }),
    close() {
      clearTimeout(again);
      socket.close();
    },
  };
}
